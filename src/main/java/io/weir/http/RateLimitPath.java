package io.weir.http;

/** Which routes a rule is for: those of one path, or of all paths with a beginning. */
final class RateLimitPath {
    private final String path;
    private final boolean isPrefix;

    RateLimitPath(String path) {
        this.isPrefix = path.endsWith("*");
        this.path = withoutNames(isPrefix ? path.substring(0, path.length() - 1) : path);
    }

    /** Whether a route's path, which may be a template, is one of these. */
    boolean matches(String route) {
        String other = withoutNames(route);
        return isPrefix ? other.startsWith(path) : other.equals(path);
    }

    /** What a variable is called tells no routes apart. */
    private static String withoutNames(String template) {
        return template.replaceAll("\\{[^}/.]*", "{");
    }
}
