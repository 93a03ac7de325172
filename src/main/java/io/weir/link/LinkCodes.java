package io.weir.link;

import java.security.SecureRandom;
import java.util.Locale;
import java.util.Set;
import java.util.function.Predicate;

/** The codes of links: 1 to 64 of {@code A-Z a-z 0-9 - _}, and not what the server itself answers. */
public final class LinkCodes {
    private static final int LONGEST = 64;
    private static final int GENERATED = 7;

    /** 55⁷ are 1.5 · 10¹² codes. Without 0 O o 1 I l i, which people take for each other. */
    private static final String ALPHABET = "23456789abcdefghjkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ";

    /** What is kept for routes that a server may have later, whatever the letters' case. */
    private static final Set<String> RESERVED = Set.of(
            "admin",
            "alive",
            "api",
            "assets",
            "badge",
            "dashboard",
            "docs",
            "health",
            "login",
            "metrics",
            "openapi",
            "ready",
            "static",
            "status");

    private final SecureRandom random = new SecureRandom();
    private final Predicate<String> isRoute;

    /**
     * The codes of one server.
     *
     * @param isRoute whether one of its own routes begins with this segment
     */
    public LinkCodes(Predicate<String> isRoute) {
        this.isRoute = isRoute;
    }

    /** Whether a text has the form of a code. */
    public static boolean isCode(String text) {
        if (text.isEmpty() || text.length() > LONGEST) {
            return false;
        }
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            boolean letterOrDigit = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
            if (!letterOrDigit && c != '-' && c != '_') {
                return false;
            }
        }
        return true;
    }

    /** Whether a code can't be a link's, because the server answers that path itself. */
    public boolean isReserved(String code) {
        return RESERVED.contains(code.toLowerCase(Locale.ROOT)) || isRoute.test(code);
    }

    /** A code that nobody can guess, and that may be taken. */
    public String generate() {
        while (true) {
            StringBuilder code = new StringBuilder(GENERATED);
            for (int i = 0; i < GENERATED; i++) {
                code.append(ALPHABET.charAt(random.nextInt(ALPHABET.length())));
            }
            if (!isReserved(code.toString())) {
                return code.toString();
            }
        }
    }
}
