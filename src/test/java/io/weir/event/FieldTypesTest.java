package io.weir.event;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.definition.BodyForm;
import io.weir.definition.Field;
import java.nio.charset.StandardCharsets;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FieldTypesTest {
    private final DecoderTester tester = new DecoderTester(Streams.EVERY_TYPE);
    private final EventReader reader = new EventReader(Streams.EVERY_TYPE);

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
        id      | "ünï\\ud83d\\ude00" | "ünï😀"
        id      | "a\\"\\\\\\n\\u0001/" | "a\\"\\\\\\n\\u0001/"
        id      | "" | ""
        number  | 1000 | 1000
        number  | -5 | -5
        number  | 0 | 0
        number  | -0 | 0
        ratio   | -1.5 | -1.5
        ratio   | 7 | 7.0
        ratio   | 1E11 | 1.0E11
        ratio   | 100000000000000000000e-20 | 1.0
        flag    | true | true
        flag    | false | false
        at      | 1737280800000 | "2025-01-19T10:00:00Z"
        at      | 1737280800001 | "2025-01-19T10:00:00.001Z"
        at      | "2025-01-19T10:00:00.123456789+01:30" | "2025-01-19T08:30:00.123456Z"
        at      | "2024-02-29T23:59-0100" | "2024-03-01T00:59:00Z"
        at      | "2000-01-01t00:00:00z" | "2000-01-01T00:00:00Z"
        uid     | "2F1C1B6E-6C0E-4B57-9D0A-3D2A4A4F6F10" | "2f1c1b6e-6c0e-4b57-9d0a-3d2a4a4f6f10"
        link    | "HTTPS://example.com/ä?q=^#x" | "HTTPS://example.com/ä?q=^#x"
        address | "192.0.2.1" | "192.0.2.1"
        address | "2001:DB8:0:0:1:0:0:1" | "2001:db8::1:0:0:1"
        address | "::ffff:192.0.2.1" | "::ffff:192.0.2.1"
        address | "::" | "::"
        address | "1::" | "1::"
        extra   | { "a" : [1, 2.50 , {"b":null}, "\\u00e4"] , "c":{ } } | {"a":[1,2.50,{"b":null},"ä"],"c":{}}
        extra   | [[],[ ]] | [[],[]]
        extra   | "x" | "x"
        extra   | 12e3 | 12e3
        """)
    void aValueIsTakenAndWrittenInItsCanonicalForm(String field, String sent, String canonical) {
        String body =
                field.equals("id") ? "{\"id\":%s}".formatted(sent) : "{\"id\":\"i\",\"%s\":%s}".formatted(field, sent);

        String json = tester.accepted(BodyForm.OBJECT, body).getFirst();

        assertThat(json).contains("\"" + field + "\":" + canonical + ",");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
        id      | 5 | must be a string, got the number 5
        id      | {"a":[1]} | must be a string, got an object
        id      | [1,{}] | must be a string, got an array
        id      | "a\\u0000" | NUL
        id      | "a\\ud83d" | surrogate
        id      | "\\ude00\\ud83d" | surrogate
        id      | "123456789012345678901" | is 21 characters long, more than 20
        id      | null | is required and missing
        number  | "5" | must be an integer of at most 64 bits, got the string "5"
        number  | 5.0 | got the number 5.0
        number  | 9223372036854775808 | got the number 9223372036854775808
        number  | 1001 | is 1001, greater than 1000
        number  | -6 | is -6, less than -5
        number  | true | got true
        amount  | 1000000000001 | the most that one event may add to a sum
        amount  | -1000000000001 | the most that one event may add to a sum
        ratio   | 1e999 | must be a finite number
        ratio   | "1" | must be a finite number
        ratio   | -1.51 | is -1.51, less than -1.5
        ratio   | 1e13 | is 1.0E13, greater than 1.0E12
        flag    | 1 | must be true or false
        flag    | "true" | must be true or false
        at      | "2025-01-19T10:00:00" | must be an ISO-8601 date and time with an offset
        at      | "2025-02-29T10:00:00Z" | must be an ISO-8601
        at      | "2025-01-19 10:00:00Z" | must be an ISO-8601
        at      | "2025-01-19T24:00:00Z" | must be an ISO-8601
        at      | "2025-01-19T10:00:00.Z" | must be an ISO-8601
        at      | "2025-01-19T10:00:00+1" | must be an ISO-8601
        at      | "1737280800000" | must be an ISO-8601
        at      | 1737280800000.5 | must be an ISO-8601
        at      | 99999999999999999 | must be an ISO-8601
        at      | "1999-12-31T23:59:59Z" | is 1999-12-31T23:59:59Z, less than 2000-01-01T00:00:00Z
        uid     | "1-1-1-1-1" | must be a UUID of 36 characters
        uid     | "2f1c1b6e-6c0e-4b57-9d0a-3d2a4a4f6f1g" | must be a UUID
        link    | "ftp://example.com" | must be an absolute http or https URL
        link    | "/relative" | must be an absolute
        link    | "http://" | must be an absolute
        link    | "http:///path" | must be an absolute
        link    | "http://a/\\u0007" | must be an absolute
        link    | "http://a/b c" | must be an absolute
        address | "localhost" | must be an IPv4 or IPv6 address
        address | "256.0.0.1" | must be an IPv4
        address | "1.2.3" | must be an IPv4
        address | "01.2.3.4" | must be an IPv4
        address | "1:2:3:4:5:6:7:8:9" | must be an IPv4
        address | "1::2::3" | must be an IPv4
        address | "1:2:3:4:5:6:7:" | must be an IPv4
        address | "fe80::1%eth0" | must be an IPv4
        extra   | {"a\\u0000":1} | NUL
        extra   | ["\\ud800"] | surrogate
        extra   | 1e20000 | which PostgreSQL can't keep
        extra   | ["aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"] | characters long, more than 100
        """)
    void aValueOfTheWrongKindNamesItsFieldAndWhatWasWrong(String field, String sent, String reason) {
        String body =
                field.equals("id") ? "{\"id\":%s}".formatted(sent) : "{\"id\":\"i\",\"%s\":%s}".formatted(field, sent);

        InvalidEvent invalid = tester.invalid(BodyForm.OBJECT, body);

        assertThat(invalid.field()).isEqualTo(field);
        assertThat(invalid.reason()).contains(reason);
        assertThat(invalid.raw()).isEqualTo(body.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void everyTypeComesBackFromTheLogAsItsJavaType() throws InvalidEventException {
        String uid = "2f1c1b6e-6c0e-4b57-9d0a-3d2a4a4f6f10";
        String body = """
            {"id":"i ä","number":7,"ratio":0.1,"flag":true,"at":"2025-01-19T10:00:00.000001Z","uid":"%s",
             "link":"http://example.com/","address":"2001:db8::1","extra":{"a": 1},"amount":-3,
             "unknown":{"deep":[1,2,{"x":"y"}]}}\
            """.formatted(uid);

        String json = tester.accepted(BodyForm.OBJECT, body).getFirst();
        Event event = reader.read(new EntryId(1_700_000_000_000L, 1), 3, json.getBytes(StandardCharsets.UTF_8));

        assertThat(json).endsWith(",\"$key\":\"" + uid + "\"}").doesNotContain("unknown");
        assertThat(event.key()).isEqualTo(uid);
        assertThat(event.index()).isEqualTo(3);
        assertThat(value(event, "id")).isEqualTo("i ä");
        assertThat(value(event, "number")).isEqualTo(7L);
        assertThat(value(event, "ratio")).isEqualTo(0.1);
        assertThat(value(event, "flag")).isEqualTo(true);
        assertThat(value(event, "at")).isEqualTo(1_737_280_800_000_001L);
        assertThat(value(event, "uid")).isEqualTo(UUID.fromString(uid));
        assertThat(value(event, "link")).isEqualTo("http://example.com/");
        assertThat(value(event, "address")).isEqualTo("2001:db8::1");
        assertThat(value(event, "extra")).isEqualTo("{\"a\":1}");
        assertThat(value(event, "note")).isEqualTo("none");
        assertThat(value(event, "amount")).isEqualTo(-3L);
    }

    @Test
    void whatIsLeftOutTakesItsDefaultAtTheDoor() {
        assertThat(tester.accepted(BodyForm.OBJECT, "{\"id\":\"i\",\"note\":null}"))
                .containsExactly("{\"id\":\"i\",\"at\":\"2023-11-14T22:13:20.000123Z\",\"note\":\"none\"}");
    }

    private static Object value(Event event, String name) {
        for (Field field : Streams.EVERY_TYPE.fields()) {
            if (field.name().equals(name)) {
                return event.values()[field.index()];
            }
        }
        throw new AssertionError(name);
    }
}
