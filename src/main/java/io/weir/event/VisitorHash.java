package io.weir.event;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/** A visitor whom nothing names: half of SHA-256 over address, zero byte and user agent, so that neither is kept. */
public final class VisitorHash {
    private static final int BYTES = 16;
    private static final ThreadLocal<MessageDigest> SHA_256 = ThreadLocal.withInitial(() -> {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException(impossible);
        }
    });

    private VisitorHash() {}

    /** In lower-case hexadecimals. */
    public static String of(String address, @Nullable String userAgent) {
        MessageDigest digest = SHA_256.get();
        digest.update(address.getBytes(StandardCharsets.UTF_8));
        digest.update((byte) 0);
        digest.update((userAgent == null ? "" : userAgent).getBytes(StandardCharsets.UTF_8));
        return HexFormat.of().formatHex(digest.digest(), 0, BYTES);
    }
}
