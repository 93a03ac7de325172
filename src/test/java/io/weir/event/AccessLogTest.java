package io.weir.event;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.definition.BodyForm;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AccessLogTest {
    private static final DecodeLimits LIMITS = new DecodeLimits(1000, 4000, 8);
    private static final String EVERY_FIELD = """
        weir.streams.log {
          ingest { body = access-log }
          fields {
            address = ip
            visitor = text
            timestamp = timestamp
            method = text
            path = text
            protocol = text
            status = long
            bytes = long
            referrer = text
            user_agent = text
          }
          rows = [{ table = log, columns { path = path } }]
        }\
        """;

    private final DecoderTester everyField = new DecoderTester(Streams.parse(EVERY_FIELD), LIMITS);
    private final DecoderTester pageViews = new DecoderTester(Streams.preset("page-views"), LIMITS);

    @Test
    void aLineFillsEveryFieldThatItHas() throws NoSuchAlgorithmException {
        String line = "2001:DB8::1 - frank smith [10/Oct/2000:13:55:36 -0700] \"GET /a?b=\\\"c HTTP/1.0\" 200 2326"
                + " \"http://example.com/\\xe4\" \"An \\\"agent\\\" with \\\\ in it\"\n";
        byte[] hash = MessageDigest.getInstance("SHA-256")
                .digest("2001:DB8::1\0An \"agent\" with \\ in it".getBytes(StandardCharsets.UTF_8));

        assertThat(everyField.accepted(BodyForm.ACCESS_LOG, line))
                .containsExactly("""
                    {"address":"2001:db8::1","visitor":"%s","timestamp":"2000-10-10T20:55:36Z","method":"GET",\
                    "path":"/a?b=\\\\\\"c","protocol":"HTTP/1.0","status":200,"bytes":2326,\
                    "referrer":"http://example.com/\\\\xe4","user_agent":"An \\"agent\\" with \\\\ in it"}\
                    """.formatted(HexFormat.of().formatHex(Arrays.copyOf(hash, 16))));
    }

    @Test
    void hyphensAreNoBytesNoReferrerAndNoAgent() {
        String line = "192.0.2.1 - - [17/May/2015:10:05:03 +0000] \"GET /old\" 304 - \"-\" \"-\"\r\n";

        assertThat(everyField.accepted(BodyForm.ACCESS_LOG, line).getFirst())
                .contains("\"method\":\"GET\",\"path\":\"/old\",\"status\":304,\"bytes\":0}")
                .doesNotContain("referrer", "user_agent", "protocol");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
        1.2.3.4 - - [17/May/2015:10:05:03 +0000] "GET / HTTP/1.1" 200 1 "-" "open                | has no closing quote after the user agent
        1.2.3.4 - - [17/May/2015:10:05:03 +0000] "GET / HTTP/1.1" 200 1 "-" "open\\"             | has no closing quote after the user agent
        1.2.3.4 - - [17/May/2015:10:05:03 +0000] "GET / HTTP/1.1" 200 1 "-                       | has no closing quote after the referrer
        1.2.3.4 - - [17/May/2015:10:05:03 +0000] "GET / HTTP/1.1                                 | has no closing quote after the request
        1.2.3.4 - - [17/May/2015:10:05:03 +0000] "GET / HTTP/1.1" 200 1                          | it ends before or within the bytes
        1.2.3.4 - - [17/May/2015:10:05:03 +0000] "GET / HTTP/1.1" OK 1 "-" "-"                   | must be a number, got "OK"
        1.2.3.4 - - [17/Mai/2015:10:05:03 +0000] "GET / HTTP/1.1" 200 1 "-" "-"                  | must be a time as 17/May/2015:10:05:03 +0000
        1.2.3.4 - - [31/Apr/2015:10:05:03 +0000] "GET / HTTP/1.1" 200 1 "-" "-"                  | must be a time as
        1.2.3.4 - - [17/May/2015:10:05:03 0000] "GET / HTTP/1.1" 200 1 "-" "-"                   | must be a time as
        1.2.3.4 - - [17/May/2015:10:05:03 +0000] "-" 408 - "-" "-"                               | the request "-" has no target
        nothing of the kind                                                                      | it ends before or within the time
        """)
    void aMalformedLineSaysWhatIsWrongAndIsKept(String line, String reason) {
        String body = "1.2.3.4 - - [17/May/2015:10:05:03 +0000] \"GET / HTTP/1.1\" 200 1 \"-\" \"-\"\n" + line + "\n";

        InvalidEvent invalid = pageViews.invalid(BodyForm.ACCESS_LOG, body);

        assertThat(invalid.index()).isEqualTo(1);
        assertThat(invalid.reason()).contains(reason);
        assertThat(new String(invalid.raw(), StandardCharsets.UTF_8)).isEqualTo(line);
    }

    @Test
    void anEmptyLineCountsAsOneSoThatKeysFollowTheLinesOfTheFile() {
        String line = "1.2.3.4 - - [17/May/2015:10:05:03 +0000] \"GET / HTTP/1.1\" 200 1 \"-\" \"-\"\n";
        byte[] body = (line + "\n" + line).getBytes(StandardCharsets.UTF_8);

        DecodeResult.Decoded decoded =
                (DecodeResult.Decoded) pageViews.decode(BodyForm.ACCESS_LOG, body, true, "file", 500);

        assertThat(decoded.accepted()).extracting(AcceptedEvent::key).containsExactly("file/500", "file/502");
        assertThat(decoded.invalid()).extracting(InvalidEvent::key).containsExactly("file/501");
    }

    @Test
    void aLogGivesAnEventOrAnInvalidOneForEachOfItsLines() throws IOException {
        byte[] log = Objects.requireNonNull(getClass().getResourceAsStream("/combined.log"))
                .readAllBytes();
        List<String> lines = new String(log, StandardCharsets.UTF_8).lines().toList();

        DecodeResult.Decoded decoded =
                (DecodeResult.Decoded) pageViews.decode(BodyForm.ACCESS_LOG, log, true, "file", 0);

        assertThat(decoded.accepted()).hasSize(lines.size() - 1);
        assertThat(decoded.invalid()).hasSize(1);
        InvalidEvent invalid = decoded.invalid().getFirst();
        assertThat(lines.get(invalid.index())).isEqualTo(new String(invalid.raw(), StandardCharsets.UTF_8));
        assertThat(invalid.reason()).isEqualTo("has no closing quote after the user agent");
        for (AcceptedEvent event : decoded.accepted()) {
            String line = lines.get(
                    Integer.parseInt(Objects.requireNonNull(event.key()).substring(5)));
            String request = line.split("\"", -1)[1];
            String path = request.split(" ", 2)[1].replaceFirst(" HTTP/.*", "");
            assertThat(new String(event.json(), StandardCharsets.UTF_8)).startsWith("{\"path\":\"" + path + "\"");
        }
    }
}
