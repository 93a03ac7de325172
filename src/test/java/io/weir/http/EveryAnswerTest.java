package io.weir.http;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.read.ListAppender;
import java.util.Locale;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.slf4j.LoggerFactory;

/** What every answer has, those to what is hardly a request among them. */
@Timeout(60)
class EveryAnswerTest {
    private static final TestServer SERVER = new TestServer();

    @AfterAll
    static void stop() {
        SERVER.close();
    }

    private static String ask(String request) throws Exception {
        return RawHttp.exchange(
                SERVER,
                request.replace("\\n", "\r\n")
                        .replace("LONG", "x".repeat(9_000))
                        .replace("MANY", "a: b\r\n".repeat(100)));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "501|NONSENSE WITHOUT END\\n\\n",
                "501|GET\\nHost: somewhere\\n\\n",
                "400|GET / HTTP/1.1\\n\\n",
                "400|GET /%zz HTTP/1.1\\nHost: x\\n\\n",
                "505|GET /a b HTTP/1.1\\nHost: x\\n\\n",
                "505|GET / HTTP/3.7\\nHost: x\\n\\n",
                "501|BREW / HTTP/1.1\\nHost: x\\n\\n",
                "414|GET /LONG HTTP/1.1\\nHost: x\\n\\n",
                "431|GET / HTTP/1.1\\nHost: x\\na: LONG\\n\\n",
                "431|GET / HTTP/1.1\\nHost: x\\nLONG: a\\n\\n",
                "400|GET / HTTP/1.1\\nHost: x\\nMANY\\n\\n",
                "400|GET / HTTP/1.1\\nHost: x\\nno colon\\n\\n",
                "400|GET / HTTP/1.1\\nHost: x\\nHost: y\\n\\n",
                "400|POST /clicks HTTP/1.1\\nHost: x\\nContent-Length: many\\n\\n",
                "400|POST /clicks HTTP/1.1\\nHost: x\\nContent-Length: 1\\nContent-Length: 2\\n\\n",
                "400|POST /clicks HTTP/1.1\\nHost: x\\nTransfer-Encoding: gzip\\n\\n",
                "400|POST /clicks HTTP/1.1\\nHost: x\\nTransfer-Encoding: chunked\\n\\nno chunk\\n",
                "413|POST /clicks HTTP/1.1\\nHost: x\\nContent-Length: 1000000000\\n\\n",
                "501|PRI * HTTP/2.0\\n\\nSM\\n\\n",
                "400|POST /clicks HTTP/1.1\\nHost: x\\nExpect: miracles\\nConnection: close\\nContent-Length: 1\\n\\n5",
                "404|GET /nowhere HTTP/1.1\\nHost: x\\nConnection: close\\n\\n",
                "405|PUT /clicks HTTP/1.1\\nHost: x\\nConnection: close\\n\\n",
                "500|GET /defect HTTP/1.1\\nHost: x\\nConnection: close\\n\\n",
            })
    void whatGoesWrongIsAProblemForPersonsAndTellsBrowsersToKeepTheirHandsOff(int status, String request)
            throws Exception {
        String answer = ask(request);

        assertThat(answer).startsWith("HTTP/1.1 " + status + " ");
        assertThat(answer).contains("Content-Type: application/problem+json", "\"status\":" + status);
        assertSecure(answer);
    }

    @Test
    void whatGoesWellTellsBrowsersToo() throws Exception {
        String taken = ask("POST /clicks HTTP/1.1\\nHost: x\\nConnection: close\\nContent-Length: 2\\n\\n{}");
        assertThat(taken).startsWith("HTTP/1.1 202 ");
        assertSecure(taken);
        assertSecure(ask("GET /health HTTP/1.1\\nHost: x\\nConnection: close\\n\\n"));
        assertSecure(ask("OPTIONS /clicks HTTP/1.1\\nHost: x\\nConnection: close\\n\\n"));
    }

    @Test
    void aKeyInABrokenAddressIsNotEchoed() throws Exception {
        assertThat(ask("GET /p.gif?key=wk_secret&a=%zz HTTP/1.1\\nHost: x\\n\\n"))
                .startsWith("HTTP/1.1 400 ")
                .doesNotContain("wk_secret");
        assertThat(ask("GET /p.gif?key=wk_secret<> HTTP/1.1\\nHost: x\\n\\n")).doesNotContain("wk_secret");
    }

    @Test
    void ofADefectTheLogNamesTheRouteAndThePlaceAndNothingThatTheRequestHeld() throws Exception {
        Logger root = (Logger) LoggerFactory.getLogger(Logger.ROOT_LOGGER_NAME);
        ListAppender<ILoggingEvent> log = new ListAppender<>();
        log.start();
        root.addAppender(log);
        try {
            assertThat(ask("GET /defect?key=wk_secret HTTP/1.1\\nHost: x\\nConnection: close\\n\\n"))
                    .startsWith("HTTP/1.1 500 ")
                    .doesNotContain("wk_secret");
        } finally {
            root.detachAppender(log);
        }
        assertThat(log.list)
                .extracting(line -> line.getFormattedMessage() + ThrowableProxyUtil.asString(line.getThrowableProxy()))
                .anyMatch(line -> line.startsWith("GET /defect failed") && line.contains("TestServer"))
                .noneMatch(line -> line.contains("wk_secret"));
    }

    @Test
    void anAnswerWithAHeaderOfItsOwnKeepsIt() throws Exception {
        String page = ask("GET /page HTTP/1.1\\nHost: x\\nConnection: close\\n\\n");

        assertThat(page).contains("Content-Security-Policy: default-src 'self'", "X-Content-Type-Options: nosniff");
        assertThat(page).doesNotContain("'none'");
    }

    private static void assertSecure(String answer) {
        assertThat(answer)
                .contains(
                        "X-Content-Type-Options: nosniff\r\n",
                        "Referrer-Policy: no-referrer\r\n",
                        "Content-Security-Policy: default-src 'none'; frame-ancestors 'none'\r\n",
                        "Cache-Control: no-store\r\n");
        assertThat(answer.toLowerCase(Locale.ROOT))
                .doesNotContain("\r\nserver:", "strict-transport-security", "access-control-");
    }
}
