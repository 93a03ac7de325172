package io.weir.fuzz;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/** Changes inputs of a target: bytes, pieces of its language, numbers, repetition, nesting. For one thread. */
final class Mutator {
    static final int MAX_BYTES = 64 * 1024;

    private static final List<String> NUMBERS = List.of(
            "0",
            "-0",
            "-1",
            "1",
            "255",
            "65536",
            "2147483648",
            "-2147483649",
            "9007199254740993",
            "1000000000000",
            "1000000000001",
            "9223372036854775807",
            "9223372036854775808",
            "-9223372036854775808",
            "18446744073709551615",
            "18446744073709551616",
            "253402300799999",
            "253402300800000",
            "-62135596800000",
            "1e308",
            "1e309",
            "-1e-400",
            "1e999999999",
            "0.1e+00001",
            "5.0",
            "00",
            "01",
            "+5",
            "1".repeat(999),
            "9".repeat(1001),
            "0." + "0".repeat(5000) + "1");

    private static final List<byte[]> EVERYWHERE = pieces();

    private final Random random;
    private final FuzzTarget target;
    private final List<byte[]> seeds;
    private final List<byte[]> tokens = new ArrayList<>(EVERYWHERE);

    Mutator(Random random, FuzzTarget target) {
        this.random = random;
        this.target = target;
        this.seeds = target.seeds();
        for (String token : target.tokens()) {
            tokens.add(token.getBytes(StandardCharsets.UTF_8));
        }
    }

    byte[] next() {
        byte[] input = random.nextBoolean() ? target.generate(random) : pick(seeds);
        int changes = random.nextInt(8);
        for (int i = 0; i < changes; i++) {
            input = change(input);
        }
        return input.length > MAX_BYTES ? Arrays.copyOf(input, MAX_BYTES) : input.clone();
    }

    private byte[] change(byte[] input) {
        int length = input.length;
        int at = random.nextInt(length + 1);
        int end = Math.min(length, at + 1 + random.nextInt(1 + Math.min(64, length)));
        return switch (random.nextInt(10)) {
            case 0 -> replace(input, at, Math.min(length, at + 1), new byte[] {(byte) random.nextInt(256)});
            case 1 -> replace(input, at, at, pick(tokens));
            case 2 -> replace(input, at, end, pick(tokens));
            case 3 -> replace(input, at, end, new byte[0]);
            case 4 -> replace(input, at, at, repeated(Arrays.copyOfRange(input, at, end)));
            case 5 -> number(input, at);
            case 6 -> {
                byte[] other = random.nextBoolean() ? target.generate(random) : pick(seeds);
                int from = random.nextInt(other.length + 1);
                yield replace(input, at, end, Arrays.copyOfRange(other, from, other.length));
            }
            case 7 -> member(input, at);
            case 8 -> nest(input, at);
            default -> Arrays.copyOf(input, at);
        };
    }

    private byte[] repeated(byte[] piece) {
        int times = random.nextInt(50) == 0 ? MAX_BYTES / Math.max(1, piece.length) : 1 + random.nextInt(4);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (int i = 0; i < times; i++) {
            out.writeBytes(piece);
        }
        return out.toByteArray();
    }

    /** Another number in place of the next one. */
    private byte[] number(byte[] input, int at) {
        int from = at;
        while (from < input.length && !isDigit(input[from])) {
            from++;
        }
        int to = from;
        while (to < input.length && isDigit(input[to])) {
            to++;
        }
        return replace(input, from, to, pick(NUMBERS).getBytes(StandardCharsets.ISO_8859_1));
    }

    /** The piece up to the next comma, ampersand or line end once more, somewhere else. */
    private byte[] member(byte[] input, int at) {
        int to = at;
        while (to < input.length && input[to] != ',' && input[to] != '&' && input[to] != '\n') {
            to++;
        }
        byte[] piece = Arrays.copyOfRange(input, at, Math.min(input.length, to + 1));
        int elsewhere = random.nextInt(input.length + 1);
        return replace(input, elsewhere, elsewhere, piece);
    }

    private byte[] nest(byte[] input, int at) {
        int depth = random.nextInt(20) == 0 ? 8_000 : 1 + random.nextInt(40);
        boolean arrays = random.nextBoolean();
        String open = (arrays ? "[" : "{\"a\":").repeat(depth);
        String close = random.nextInt(4) == 0 ? "" : (arrays ? "]" : "}").repeat(depth);
        return replace(input, at, at, (open + "1" + close).getBytes(StandardCharsets.ISO_8859_1));
    }

    private static byte[] replace(byte[] input, int from, int to, byte[] piece) {
        byte[] changed = new byte[input.length - (to - from) + piece.length];
        System.arraycopy(input, 0, changed, 0, from);
        System.arraycopy(piece, 0, changed, from, piece.length);
        System.arraycopy(input, to, changed, from + piece.length, input.length - to);
        return changed.length > 2 * MAX_BYTES ? Arrays.copyOf(changed, MAX_BYTES) : changed;
    }

    private static boolean isDigit(byte character) {
        return character >= '0' && character <= '9';
    }

    private <T> T pick(List<T> list) {
        return list.get(random.nextInt(list.size()));
    }

    private static List<byte[]> pieces() {
        List<byte[]> pieces = new ArrayList<>();
        for (String number : NUMBERS) {
            pieces.add(number.getBytes(StandardCharsets.ISO_8859_1));
        }
        // NUL, a byte order mark, lone surrogates, overlong forms, beyond Unicode, cut characters, Latin-1
        for (String bytes : List.of(
                "\0",
                "\0\0\0",
                "\u00ef\u00bb\u00bf",
                "\u00ff\u00fe",
                "\u00ed\u00a0\u0080",
                "\u00c0\u0080",
                "\u00f4\u0090\u0080\u0080",
                "\u00f0\u009f\u0098",
                "\u00e2\u0082",
                "\u00e9",
                "\u0001",
                "\u007f")) {
            pieces.add(bytes.getBytes(StandardCharsets.ISO_8859_1));
        }
        for (String text : List.of(
                "\\u0000",
                "\\ud800",
                "\\udc00\\ud800",
                "\\u00e9",
                "\\\"",
                "\\",
                "\"",
                "\r\n",
                "\n",
                "\r",
                "\t",
                " ",
                ",",
                ":",
                "{",
                "}",
                "[",
                "]",
                "null",
                "true",
                "NaN",
                "-Infinity",
                "\ud83d\ude00",
                "\u0661",
                "\ufeff",
                "\u2028",
                "%00",
                "%",
                "%zz",
                "%ff",
                "+",
                "&",
                "=",
                "@",
                "/",
                "?",
                "#",
                "-",
                ".",
                "\"$key\":\"k\"")) {
            pieces.add(text.getBytes(StandardCharsets.UTF_8));
        }
        return pieces;
    }
}
