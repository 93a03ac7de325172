package io.weir.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AccessSettingsTest {
    private static final String HASH = "\"sha256:" + "0123456789abcdef".repeat(4) + "\"";

    private static AccessSettings parse(String access) {
        Config weir = ConfigFactory.parseString("access { " + access.replace("HASH", HASH) + " }")
                .withFallback(
                        Configuration.load(Path.of("no-such-file"), Map.of()).getConfig("weir"));
        return AccessSettings.from(weir);
    }

    @Test
    void byDefaultThereIsNoKeyAndNothingIsOpen() {
        assertThat(parse("").keys()).isEmpty();
        assertThat(parse("").open()).isFalse();
        assertThat(parse("").strictTransportSecurity()).isNull();
    }

    @Test
    void theVariableOpensAServer() {
        Config weir = Configuration.load(Path.of("no-such-file"), Map.of("WEIR_ACCESS_OPEN", "true"))
                .getConfig("weir");
        assertThat(AccessSettings.from(weir).open()).isTrue();
    }

    @Test
    void aKeyIsReadWithWhatItIsFor() {
        assertThat(parse("keys { b { hash = HASH, streams = all, fields { id = 5 }, origins ="
                                + " [\"HTTPS://Example.com\"] } }")
                        .keys())
                .containsExactly(new AccessSettings.Key(
                        "b",
                        "sha256:" + "0123456789abcdef".repeat(4),
                        null,
                        Map.of("id", "5"),
                        List.of("https://example.com")));
    }

    @Test
    void aHashIsThatOfTheWholeKey() {
        // printf wk_x | sha256sum
        assertThat(AccessKeyHash.of("wk_x"))
                .isEqualTo("sha256:a3cbe8df27dc3e6b4b155ccec9df0ebaf0c2be470bcf3e704e53b7553589872b");
        assertThat(AccessKeyHash.parse(AccessKeyHash.of("wk_x"))).isEqualTo(AccessKeyHash.bytes("wk_x"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "keys { a { } }|weir.access.keys.a.hash",
                "keys { a { hash = wk_secret } }|weir.access.keys.a.hash",
                "keys { a { hash = HASH, stream = x } }|weir.access.keys.a.stream",
                "keys { a { hash = HASH, streams = [] } }|weir.access.keys.a.streams",
                "keys { a { hash = HASH, streams = some } }|weir.access.keys.a.streams",
                "keys { a { hash = HASH, fields { p = [1] } } }|weir.access.keys.a.fields.p",
                "keys { a { hash = HASH, origins = [\"https://example.com/\"] } }|weir.access.keys.a.origins",
                "keys { a { hash = HASH, origins = [\"*\"] } }|weir.access.keys.a.origins",
                "keys { a { hash = HASH, origins = [\"null\"] } }|weir.access.keys.a.origins",
                "keys { a = x }|weir.access.keys.a",
                "keys { \"a b\" { hash = HASH } }|weir.access.keys.a b",
                "keys { a { hash = HASH }, b { hash = HASH } }|weir.access.keys.b.hash",
                "cors-origins = [\"example.com\"]|weir.access.cors-origins",
                "cors-max-age = -1s|weir.access.cors-max-age",
                "strict-transport-security = forever|weir.access.strict-transport-security"
            })
    void whatCantBeUsedIsNamed(String access, String key) {
        assertThatThrownBy(() -> parse(access))
                .isInstanceOf(SettingsException.class)
                .hasMessageStartingWith(key + ":")
                .message()
                .doesNotContain("wk_secret");
    }
}
