package io.weir.definition;

/** How streams, fields, columns and tables may be called. */
final class Names {
    /** What PostgreSQL keeps of an identifier. */
    private static final int MAX_IDENTIFIER_LENGTH = 63;

    private Names() {}

    static boolean isStream(String name) {
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            if ((c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-') {
                return false;
            }
        }
        return !name.isEmpty() && name.length() <= 128;
    }

    /** Whether it is a letter or underscore, followed by letters, digits and underscores. */
    static boolean isField(String name) {
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            boolean letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
            if (!letter && (i == 0 || c < '0' || c > '9')) {
                return false;
            }
        }
        return !name.isEmpty() && name.length() <= 128;
    }

    static boolean isColumn(String name) {
        return isField(name) && name.length() <= MAX_IDENTIFIER_LENGTH;
    }

    /** Whether it is an identifier, or two with a dot between. */
    static boolean isTable(String name) {
        int dot = name.indexOf('.');
        return dot < 0 ? isColumn(name) : isColumn(name.substring(0, dot)) && isColumn(name.substring(dot + 1));
    }
}
