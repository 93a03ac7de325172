package io.weir.fuzz;

import io.weir.definition.Field;
import io.weir.definition.StreamDefinition;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.StringJoiner;

/** Writes objects with a stream's fields; most values fit, some are of another type. */
final class JsonGrammar {
    private static final List<String> ANY = List.of(
            "null",
            "true",
            "1",
            "-7",
            "1.5",
            "\"text\"",
            "\"\"",
            "[]",
            "{}",
            "[1,{\"a\":null}]",
            "\"\\ud83d\\ude00\"",
            "1e999",
            "99999999999999999999",
            "\"\\u0000\"",
            "\"\\ud800\"");
    private static final Map<String, List<String>> FITTING = Map.of(
            "LONG", List.of("5", "0", "-5", "1000", "1000000000000"),
            "DOUBLE", List.of("0.5", "-1.5", "1e300", "0", "-0.0", "4.9e-324", "1E5"),
            "BOOLEAN", List.of("true", "false"),
            "TIMESTAMP",
                    List.of(
                            "1700000000000",
                            "\"2025-01-19T10:00:00.123456789Z\"",
                            "\"9999-12-31T23:59:59-18:00\"",
                            "\"0001-01-01T00:00:00+18:00\"",
                            "\"2024-02-29t10:00+0530\"",
                            "-62135596800000"),
            "UUID", List.of("\"123e4567-e89b-12d3-a456-426614174000\"", "\"123E4567-E89B-12D3-A456-42661417400F\""),
            "URL", List.of("\"http://a\"", "\"HTTPS://\u00e4.example:1/x?y#z\"", "\"http://[::1]\""),
            "IP", List.of("\"192.0.2.1\"", "\"2001:DB8::0:1\"", "\"::ffff:1.2.3.4\"", "\"::\"", "\"1::2:0:0:3\""),
            "TEXT", List.of("\"a\"", "\"\u00e9\ud83d\ude00\"", "\"\\b\\f\\/\\u001f\"", "\"\""));

    private JsonGrammar() {}

    static String object(StreamDefinition definition, Random random) {
        StringJoiner members = new StringJoiner(",", "{", "}");
        for (Field field : definition.fields()) {
            if (field.required() || random.nextInt(3) == 0) {
                members.add("\"" + field.name() + "\":" + value(field, random));
            }
        }
        if (random.nextInt(8) == 0) {
            members.add("\"other\":" + pick(ANY, random));
        }
        return members.toString();
    }

    private static String value(Field field, Random random) {
        List<String> fitting = FITTING.getOrDefault(field.type().name(), ANY);
        return random.nextInt(12) == 0 ? pick(ANY, random) : pick(fitting, random);
    }

    private static String pick(List<String> list, Random random) {
        return list.get(random.nextInt(list.size()));
    }
}
