package io.weir.enrich;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.weir.settings.EnrichSettings;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class UserAgentsTest {
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final UserAgents agents = new UserAgents(new EnrichSettings(3, 512, "", Duration.ofMinutes(1)), meters);

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        Chrome            | Windows    | desktop | Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36
        Safari            | Mac OS X   | desktop | Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.4.1 Safari/605.1.15
        Firefox           | Linux      | desktop | Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0
        Edge              | Windows    | desktop | Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Safari/537.36 Edg/120.0.0.0
        IE                | Windows    | desktop | Mozilla/5.0 (Windows NT 10.0; WOW64; Trident/7.0; rv:11.0) like Gecko
        Opera             | Windows    | desktop | Opera/9.80 (Windows NT 6.1; U; en) Presto/2.8.131 Version/11.11
        Mobile Safari     | iOS        | phone   | Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1
        Chrome Mobile     | Android    | phone   | Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/124.0.0.0 Mobile Safari/537.36
        Samsung Internet  | Android    | phone   | Mozilla/5.0 (Linux; Android 14; SAMSUNG SM-S918B) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/24.0 Chrome/117.0.0.0 Mobile Safari/537.36
        Chrome Mobile     | Android    | phone   | Mozilla/5.0 (Linux; Android 9; CUBOT X19) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/90.0.4430.210 Mobile Safari/537.36
        Mobile Safari     | iOS        | tablet  | Mozilla/5.0 (iPad; CPU OS 16_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/16.6 Mobile/15E148 Safari/604.1
        Chrome            | Android    | tablet  | Mozilla/5.0 (Linux; Android 13; SM-X700) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/116.0.0.0 Safari/537.36
        Safari            | Tizen      | tv      | Mozilla/5.0 (SMART-TV; Linux; Tizen 6.0) AppleWebKit/538.1 (KHTML, like Gecko) Version/6.0 TV Safari/538.1
        """)
    void aBrowserHasItsNameItsSystemAndItsDevice(String browser, String os, String device, String userAgent) {
        assertThat(agents.of(userAgent)).isEqualTo(new Agent(browser, os, device, false));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
                "Mozilla/5.0 (Linux; Android 6.0.1; Nexus 5X Build/MMB29P) AppleWebKit/537.36 (KHTML, like Gecko)"
                        + " Chrome/120.0.0.0 Mobile Safari/537.36 (compatible; Googlebot/2.1;"
                        + " +http://www.google.com/bot.html)",
                "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; bingbot/2.0;"
                        + " +http://www.bing.com/bingbot.htm) Chrome/116.0.1938.76 Safari/537.36",
                "Mozilla/5.0 (compatible; YandexBot/3.0; +http://yandex.com/bots)",
                "Mozilla/5.0 (compatible; AhrefsBot/7.0; +http://ahrefs.com/robot/)",
                "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; GPTBot/1.2;"
                        + " +https://openai.com/gptbot)",
                "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; ClaudeBot/1.0;"
                        + " +claudebot@anthropic.com)",
                "facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)",
                "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)",
                "Twitterbot/1.0",
                "WhatsApp/2.23.20.0",
                "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/119.0.0.0"
                        + " Safari/537.36",
                "curl/8.5.0",
                "Wget/1.21.3",
                "python-requests/2.31.0",
                "Python/3.12 aiohttp/3.9.1",
                "Go-http-client/1.1",
                "okhttp/4.9.3",
                "Java/17.0.1",
                "UptimeRobot/2.0; http://www.uptimerobot.com/",
                "some-script",
                "-",
                "",
                " "
            })
    void aProgramIsABot(String userAgent) {
        Agent agent = agents.of(userAgent);
        assertThat(agent.isBot()).isTrue();
        assertThat(agent.device()).isEqualTo("bot");
    }

    @Test
    void whoHasNoUserAgentIsABot() {
        assertThat(agents.of(null)).isEqualTo(new Agent(null, null, "bot", true));
    }

    @Test
    void anAppThatNamesItsSystemIsNone() {
        assertThat(agents.of("MyApp/7 CFNetwork/1490.0.4 Darwin/23.2.0").isBot())
                .isFalse();
        assertThat(agents.of("Dalvik/2.1.0 (Linux; U; Android 13; Pixel 7 Build/TQ3A.230805.001)")
                        .isBot())
                .isFalse();
    }

    @Test
    void oneThatIsRememberedIsNotParsedAgainAndSoManyAre() {
        for (int i = 0; i < 20; i++) {
            agents.of("curl/8.5.0");
        }
        assertThat(count("weir.enrich.user.agents")).isEqualTo(20);
        assertThat(count("weir.enrich.user.agents.parsed")).isEqualTo(1);
        for (int i = 0; i < 20; i++) {
            agents.of("curl/" + i);
        }
        assertThat(meters.get("weir.enrich.user.agents.cached").gauge().value()).isBetween(1.0, 3.0);
    }

    @Test
    void whatIsBehindTheLongestThatIsReadIsIgnored() {
        String hostile = "Mozilla/5.0 (" + "; ".repeat(5_000);
        Agent agent = agents.of(hostile + "curl");
        assertThat(agents.of(hostile + "Googlebot")).isSameAs(agent);
        assertThat(count("weir.enrich.user.agents.cut")).isEqualTo(2);
        assertThat(count("weir.enrich.user.agents.parsed")).isEqualTo(1);
    }

    private double count(String name) {
        return meters.get(name).counter().count();
    }
}
