package io.weir.settings;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.regex.Pattern;

/**
 * What the configuration holds of a write key: {@code sha256:} and the hexadecimal SHA-256 of the key's UTF-8. A key has
 * 256 random bits, so that a slow hash, as passwords need it, would make nothing safer.
 */
public final class AccessKeyHash {
    private static final String PREFIX = "sha256:";
    private static final Pattern FORM = Pattern.compile(PREFIX + "[0-9a-fA-F]{64}");

    private AccessKeyHash() {}

    /** The text that stands for a key in the configuration. */
    public static String of(String key) {
        return PREFIX + HexFormat.of().formatHex(bytes(key));
    }

    static boolean isOne(String text) {
        return FORM.matcher(text).matches();
    }

    /** The 32 bytes of a key's hash. */
    public static byte[] bytes(String key) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(key.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    /** The 32 bytes that a text of the configuration stands for. */
    public static byte[] parse(String text) {
        return HexFormat.of().parseHex(text, PREFIX.length(), text.length());
    }
}
