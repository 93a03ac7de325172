package io.weir.enrich;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.definition.Default;
import io.weir.definition.Field;
import io.weir.definition.FieldType;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StreamEnricherTest {
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        https://www.Example.com/a?b#c             | example.com
        http://example.com:8080                   | example.com
        https://user:secret@example.com/          | example.com
        https://example.com./                     | example.com
        https://blog.example.co.uk?utm_source=x   | blog.example.co.uk
        https://[2001:db8::1]:443/x               | [2001:db8::1]
        android-app://com.google.android.gm/      | com.google.android.gm
        https://bücher.example/                   | bücher.example
        HTTPS://WWW.EXAMPLE.COM                   | example.com
        https://example.com\\@evil.example/       | example.com
        https://                                  |
        https://exa mple.com/                     |
        https://<script>/                         |
        /relative                                 |
        nonsense                                  |
        ://x                                      |
        """)
    void aReferrersDomainIsItsHost(String url, @Nullable String domain) {
        assertThat(Referrers.domain(url)).isEqualTo(domain);
    }

    @Test
    void aHostLongerThanANameCanBeIsNone() {
        assertThat(Referrers.domain("https://" + "a".repeat(254) + "/")).isNull();
        assertThat(Referrers.domain("https://" + "a".repeat(253) + "/")).hasSize(253);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        192.0.2.77               | 192.0.2.0
        255.255.255.255          | 255.255.255.0
        ::ffff:192.0.2.77        | ::ffff:192.0.2.0
        2001:db8:1:2:3:4:5:6     | 2001:db8:1::
        2001:db8::1              | 2001:db8::
        ::1                      | ::
        2002:c000:24d::1         | 2002:c000:200::
        192.0.2.0                | 192.0.2.0
        """)
    void anAddressIsLeftWithItsNetwork(String address, String network) {
        assertThat(AnonymousAddress.of(address)).isEqualTo(network);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        https://e.com/?utm_source=news&utm_medium=mail      | news       | mail
        /path?a=1&utm_source=two+words&utm_source=second    | two words  |
        https://e.com/?utm_source=caf%C3%A9#utm_medium=no   | café       |
        https://e.com/?utm_source=50%&utm_medium=%41        | 50%        | A
        https://e.com/?utm_source=%00x&utm_medium=%20       |            |
        https://e.com/?utm_source=0123456789abc             | 0123456789 |
        https://e.com/?UTM_SOURCE=x&xutm_source=y           |            |
        https://e.com/?utm_source                           |            |
        https://e.com/                                      |            |
        """)
    void campaignParametersAreReadFromTheQuery(String url, @Nullable String source, @Nullable String medium) {
        List<Field> fields = List.of(field(0, "utm_source"), field(1, "utm_medium"));
        @Nullable Object[] values = {null, null};
        UtmParameters.read(url, fields, values);
        assertThat(values).containsExactly(source, medium);
    }

    private static Field field(int index, String name) {
        return new Field(index, name, FieldType.TEXT, false, new Default.None(), null, null, 10);
    }
}
