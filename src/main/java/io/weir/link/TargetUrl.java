package io.weir.link;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a link may lead to: an absolute http or https URL of ASCII characters as RFC 3986 has them. It goes into the header
 * Location as it is, so it holds nothing that would have to be escaped there or that readers of URLs disagree about.
 */
public final class TargetUrl {
    /** Characters of the longest. */
    public static final int LONGEST = 2048;

    private static final int LARGEST_PORT = 65_535;
    private static final int LONGEST_HOST = 253;

    /** What RFC 3986 gives no place; browsers read a backslash as a slash, which hides where a URL leads. */
    private static final String NEVER = "\"<>\\^`{|}";

    private static final Pattern HOST_NAME = Pattern.compile(
            "[A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?(\\.[A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?)*\\.?");

    private TargetUrl() {}

    /** What is wrong with a URL; null when nothing is. */
    public static @Nullable String problem(String url) {
        if (url.isEmpty()) {
            return "is empty";
        }
        if (url.length() > LONGEST) {
            return "is " + url.length() + " characters long, more than " + LONGEST;
        }
        int host =
                url.regionMatches(true, 0, "http://", 0, 7) ? 7 : url.regionMatches(true, 0, "https://", 0, 8) ? 8 : -1;
        if (host < 0) {
            return "must begin with http:// or https://";
        }
        String character = characterProblem(url);
        return character == null ? authorityProblem(authority(url, host)) : character;
    }

    private static @Nullable String characterProblem(String url) {
        for (int i = 0; i < url.length(); i++) {
            char c = url.charAt(i);
            if (c <= ' ' || c == 127) {
                return "holds a space or a control character at position " + i;
            }
            if (c > 127) {
                return "holds a character outside ASCII at position " + i
                        + "; write hosts in punycode (xn--…) and everything else percent-encoded";
            }
            if (NEVER.indexOf(c) >= 0) {
                return "holds " + c + " at position " + i + "; write it percent-encoded";
            }
            if (c == '%' && (Character.digit(at(url, i + 1), 16) < 0 || Character.digit(at(url, i + 2), 16) < 0)) {
                return "holds % without two hexadecimal digits at position " + i + "; write %25";
            }
        }
        return null;
    }

    private static char at(String text, int index) {
        return index < text.length() ? text.charAt(index) : ' ';
    }

    private static String authority(String url, int from) {
        int to = from;
        while (to < url.length() && "/?#".indexOf(url.charAt(to)) < 0) {
            to++;
        }
        return url.substring(from, to);
    }

    private static @Nullable String authorityProblem(String authority) {
        if (authority.indexOf('@') >= 0) {
            return "holds a user before its host; links carry no credentials";
        }
        boolean bracketed = authority.startsWith("[");
        int hostEnd = bracketed ? authority.indexOf(']') : 0;
        int colon = hostEnd < 0 ? -1 : authority.indexOf(':', hostEnd);
        String host = colon < 0 ? authority : authority.substring(0, colon);
        if (host.isEmpty()) {
            return "names no host";
        }
        if (colon >= 0 && !isPort(authority.substring(colon + 1))) {
            return "has a port that is not from 1 to 65535";
        }
        if (bracketed
                ? !isIpv6(host)
                : host.length() > LONGEST_HOST || !HOST_NAME.matcher(host).matches()) {
            return "has no usable host: " + host;
        }
        return null;
    }

    private static boolean isPort(String text) {
        if (!text.matches("[0-9]{1,5}")) {
            return false;
        }
        int port = Integer.parseInt(text);
        return port > 0 && port <= LARGEST_PORT;
    }

    private static boolean isIpv6(String bracketed) {
        try {
            return bracketed.endsWith("]") && new URI("http://" + bracketed + "/").getHost() != null;
        } catch (URISyntaxException none) {
            return false;
        }
    }
}
