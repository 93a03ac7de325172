package io.weir.limit;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;

/**
 * The key under which a subject is counted. It holds a hash: API keys are secrets. The limit's numbers are part of it, so
 * that one that was changed begins anew.
 */
final class BucketKey {
    private static final String PREFIX = "weir:limit:";
    /** Two subjects that share a hash are not to be found on purpose. */
    private static final int HASH_BYTES = 16;

    private BucketKey() {}

    static String of(RateLimit.Attempt attempt) {
        RateLimit limit = attempt.limit();
        MessageDigest digest = sha256();
        add(digest, limit.name());
        add(digest, limit.permits() + "/" + limit.window().toMillis());
        List<String> subject = attempt.subject();
        for (String part : subject) {
            add(digest, part);
        }
        byte[] hash = Arrays.copyOf(digest.digest(), HASH_BYTES);
        return PREFIX + readable(limit.name()) + ":"
                + Base64.getUrlEncoder().withoutPadding().encodeToString(hash);
    }

    /** A key of its own in the slot of another, for a cluster. */
    static String besides(String key) {
        return PREFIX + "probe:{" + key + "}";
    }

    /** Braces would put all of a template's keys into one slot of a cluster. */
    private static String readable(String name) {
        return name.replace('{', '(').replace('}', ')');
    }

    /** With its length before it, so that no two lists of parts look alike. */
    private static void add(MessageDigest digest, String part) {
        byte[] bytes = part.getBytes(UTF_8);
        digest.update((bytes.length + ":").getBytes(UTF_8));
        digest.update(bytes);
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
