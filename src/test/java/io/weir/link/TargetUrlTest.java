package io.weir.link;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TargetUrlTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://example.com",
                "https://example.com/",
                "HTTPS://EXAMPLE.com/A",
                "https://example.com:8443/a/b?c=d&e=f#g",
                "https://example.com?q",
                "https://example.com#f",
                "http://192.0.2.1/x",
                "http://[2001:db8::1]:8080/x",
                "https://xn--mnchen-3ya.de/stra%C3%9Fe",
                "https://a_b.example.com./",
                "http://localhost:3000/",
                "https://example.com/@user?x=a@b",
                "https://example.com/a:b;c=d,e(f)*!'~[1]"
            })
    void takesAbsoluteHttpUrls(String url) {
        assertThat(TargetUrl.problem(url)).isNull();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "``|is empty",
                "example.com|must begin with",
                "//example.com/|must begin with",
                "ftp://example.com/|must begin with",
                "javascript:alert(1)|must begin with",
                "data:text/html,x|must begin with",
                "http:/example.com|must begin with",
                "` http://example.com`|must begin with",
                "http://|names no host",
                "https:///path|names no host",
                "https://?q|names no host",
                "https://:80/|names no host",
                "https://user@example.com/|carry no credentials",
                "https://user:password@example.com/|carry no credentials",
                "https://example.com@evil.example/|carry no credentials",
                "https://example.com:0/|port",
                "https://example.com:65536/|port",
                "https://example.com:/|port",
                "https://example.com:8a/|port",
                "https://exa%6dple.com/|no usable host",
                "https://-a.example/|no usable host",
                "https://a..example/|no usable host",
                "https://[::1/|no usable host",
                "https://[nonsense]/|no usable host",
                "`https://example.com/a b`|position 21",
                "https://example.com\\\\evil.example/|percent-encoded",
                "https://example.com/<script>|percent-encoded",
                "https://example.com/\"|percent-encoded",
                "https://münchen.de/|punycode",
                "https://example.com/ü|percent-encoded",
                "https://example.com/100%|write %25",
                "https://example.com/%zz|write %25"
            })
    void refusesEverythingElseAndSaysWhy(String url, String why) {
        assertThat(TargetUrl.problem(url)).as(url).contains(why);
    }

    @Test
    void refusesEveryControlCharacterAndWhatIsTooLong() {
        for (char c = 0; c <= ' '; c++) {
            assertThat(TargetUrl.problem("https://example.com/a" + c + "b")).contains("control character");
        }
        assertThat(TargetUrl.problem("https://example.com/\u007f")).contains("control character");
        assertThat(TargetUrl.problem("https://example.com/\u0085")).contains("outside ASCII");
        String longest = "https://example.com/" + "a".repeat(TargetUrl.LONGEST - 20);
        assertThat(TargetUrl.problem(longest)).isNull();
        assertThat(TargetUrl.problem(longest + "a")).contains("2049").contains("2048");
    }
}
