package io.weir.enrich;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Which site a URL is of. */
final class Referrers {
    private static final int MAX_HOST_LENGTH = 253;

    private Referrers() {}

    /** The URL's host in lower case, without {@code www.}, user and port; null when there is none. */
    static @Nullable String domain(String url) {
        int scheme = url.indexOf("://");
        if (scheme <= 0) {
            return null;
        }
        int from = scheme + 3;
        int to = from;
        while (to < url.length() && "/?#\\".indexOf(url.charAt(to)) < 0) {
            to++;
        }
        int user = url.lastIndexOf('@', to - 1);
        from = user >= from ? user + 1 : from;
        int port = from < to && url.charAt(from) == '[' ? url.indexOf(']', from) + 1 : url.indexOf(':', from);
        String host = url.substring(from, port > from && port <= to ? port : to).toLowerCase(Locale.ROOT);
        host = host.startsWith("www.") ? host.substring(4) : host;
        host = host.endsWith(".") ? host.substring(0, host.length() - 1) : host;
        return isHost(host) ? host : null;
    }

    /** Names of other scripts are taken as they are sent. */
    private static boolean isHost(String host) {
        if (host.isEmpty() || host.length() > MAX_HOST_LENGTH) {
            return false;
        }
        for (int i = 0; i < host.length(); i++) {
            char c = host.charAt(i);
            if (!Character.isLetterOrDigit(c) && "-._[]:".indexOf(c) < 0) {
                return false;
            }
        }
        return true;
    }
}
