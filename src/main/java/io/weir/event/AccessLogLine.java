package io.weir.event;

import io.weir.definition.AccessLogField;
import io.weir.definition.Field;
import io.weir.definition.IpAddresses;
import io.weir.definition.StreamDefinition;
import io.weir.definition.Timestamps;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads lines of an access log in combined format:
 * {@code address identity user [time] "request" status bytes "referrer" "user agent"}. What follows is ignored.
 *
 * <p>The format is that of Apache's mod_log_config. Quotes and backslashes within quotes are escaped by a backslash.
 */
final class AccessLogLine {
    private static final int TIME_LENGTH = 26;
    private static final String MONTHS = "JanFebMarAprMayJunJulAugSepOctNovDec";

    private final FieldReader reader;
    private final @Nullable Field address;
    private final @Nullable Field visitor;
    private final @Nullable Field timestamp;
    private final @Nullable Field method;
    private final @Nullable Field path;
    private final @Nullable Field protocol;
    private final @Nullable Field status;
    private final @Nullable Field bytes;
    private final @Nullable Field referrer;
    private final @Nullable Field userAgent;

    AccessLogLine(StreamDefinition definition, FieldReader reader) {
        Map<AccessLogField, Field> declared = AccessLogField.declaredIn(definition.fields());
        this.reader = reader;
        this.address = declared.get(AccessLogField.ADDRESS);
        this.visitor = declared.get(AccessLogField.VISITOR);
        this.timestamp = declared.get(AccessLogField.TIMESTAMP);
        this.method = declared.get(AccessLogField.METHOD);
        this.path = declared.get(AccessLogField.PATH);
        this.protocol = declared.get(AccessLogField.PROTOCOL);
        this.status = declared.get(AccessLogField.STATUS);
        this.bytes = declared.get(AccessLogField.BYTES);
        this.referrer = declared.get(AccessLogField.REFERRER);
        this.userAgent = declared.get(AccessLogField.USER_AGENT);
    }

    /** Reads the line at [from, to) into the values of the declared fields. */
    void read(byte[] line, int from, int to, @Nullable Object[] values) throws InvalidEventException {
        if (from == to) {
            throw new InvalidEventException(null, "is an empty line");
        }
        if (!Utf8.isValid(line, from, to)) {
            throw new InvalidEventException(null, "is not UTF-8");
        }
        int addressEnd = find(line, from, to, ' ', "address");
        int identityEnd = find(line, addressEnd + 1, to, ' ', "identity");
        // a user's name may hold spaces
        int open = find(line, identityEnd + 1, to, '[', "time");
        int close = find(line, open, to, ']', "time");
        int requestFrom = quote(line, close + 1, to, "request");
        int requestTo = closingQuote(line, requestFrom, to, "request");
        int statusFrom = space(line, requestTo + 1, to, "status");
        int statusTo = find(line, statusFrom, to, ' ', "status");
        int bytesFrom = statusTo + 1;
        int bytesTo = find(line, bytesFrom, to, ' ', "bytes");
        int referrerFrom = quote(line, bytesTo, to, "referrer");
        int referrerTo = closingQuote(line, referrerFrom, to, "referrer");
        int agentFrom = quote(line, referrerTo + 1, to, "user agent");
        int agentTo = closingQuote(line, agentFrom, to, "user agent");

        String agentText = quotedText(line, agentFrom, agentTo);
        readAddress(line, from, addressEnd, agentText, values);
        if (timestamp != null) {
            set(timestamp, time(line, open + 1, close), values);
        }
        readRequest(line, requestFrom, requestTo, values);
        if (status != null) {
            set(status, number(line, statusFrom, statusTo, "status"), values);
        }
        if (bytes != null) {
            boolean none = bytesTo == bytesFrom + 1 && line[bytesFrom] == '-';
            set(bytes, none ? 0L : number(line, bytesFrom, bytesTo, "bytes"), values);
        }
        set(referrer, quotedText(line, referrerFrom, referrerTo), values);
        set(userAgent, agentText, values);
    }

    private void readAddress(byte[] line, int from, int to, @Nullable String agent, @Nullable Object[] values)
            throws InvalidEventException {
        if (address == null && visitor == null) {
            return;
        }
        String text = text(line, from, to);
        if (address != null) {
            String canonical = IpAddresses.canonical(text);
            if (canonical == null) {
                throw new InvalidEventException(
                        address.name(), "must be an IPv4 or IPv6 address, got " + Got.quoted(text));
            }
            set(address, canonical, values);
        }
        if (visitor != null) {
            set(visitor, VisitorHash.of(text, agent), values);
        }
    }

    private void readRequest(byte[] line, int from, int to, @Nullable Object[] values) throws InvalidEventException {
        int methodEnd = indexOf(line, from, to, ' ');
        if (methodEnd < 0) {
            if (path != null && path.required()) {
                throw new InvalidEventException(
                        path.name(), "the request " + Got.quoted(text(line, from, to)) + " has no target");
            }
            return;
        }
        int targetEnd = to;
        for (int i = to - 1; i > methodEnd; i--) {
            if (line[i] == ' ') {
                targetEnd = text(line, i + 1, Math.min(to, i + 6)).equals("HTTP/") ? i : to;
                break;
            }
        }
        if (method != null) {
            set(method, text(line, from, methodEnd), values);
        }
        if (path != null) {
            set(path, text(line, methodEnd + 1, targetEnd), values);
        }
        if (protocol != null && targetEnd < to) {
            set(protocol, text(line, targetEnd + 1, to), values);
        }
    }

    private void set(@Nullable Field field, @Nullable Object value, @Nullable Object[] values)
            throws InvalidEventException {
        if (field != null && value != null) {
            reader.check(field, value);
            values[field.index()] = value;
        }
    }

    /** Microseconds of {@code 17/May/2015:10:05:03 +0000}. */
    private static Long time(byte[] line, int from, int to) throws InvalidEventException {
        String text = text(line, from, to);
        if (text.length() == TIME_LENGTH
                && text.charAt(2) == '/'
                && text.charAt(6) == '/'
                && text.charAt(11) == ':'
                && text.charAt(14) == ':'
                && text.charAt(17) == ':'
                && text.charAt(20) == ' ') {
            int month = MONTHS.indexOf(text.substring(3, 6));
            int offset = digits(text, 22, 24) * 60 + digits(text, 24, 26);
            long local = Timestamps.ofCivil(
                    digits(text, 7, 11),
                    month >= 0 && month % 3 == 0 ? month / 3 + 1 : -1,
                    digits(text, 0, 2),
                    digits(text, 12, 14),
                    digits(text, 15, 17),
                    digits(text, 18, 20));
            char sign = text.charAt(21);
            if (local != Timestamps.INVALID && offset >= 0 && offset <= 18 * 60 && (sign == '+' || sign == '-')) {
                long micros = local - 60_000_000L * (sign == '-' ? -offset : offset);
                // the offset may lead out of the years that there are
                if (micros >= Timestamps.SMALLEST && micros <= Timestamps.LARGEST) {
                    return micros;
                }
            }
        }
        throw new InvalidEventException(
                "timestamp", "must be a time as 17/May/2015:10:05:03 +0000, got " + Got.quoted(text));
    }

    /** The number that these digits are; so far below zero that no sum hides it where they are none. */
    private static int digits(String text, int from, int to) {
        int number = 0;
        for (int i = from; i < to; i++) {
            char c = text.charAt(i);
            if (c < '0' || c > '9') {
                return -1_000_000;
            }
            number = number * 10 + (c - '0');
        }
        return number;
    }

    private static Long number(byte[] line, int from, int to, String what) throws InvalidEventException {
        long number = 0;
        for (int i = from; i < to; i++) {
            if (line[i] < '0' || line[i] > '9') {
                number = -1;
                break;
            }
            number = number * 10 + (line[i] - '0');
        }
        if (number < 0 || from == to || to - from > 18) {
            throw new InvalidEventException(what, "must be a number, got " + Got.quoted(text(line, from, to)));
        }
        return number;
    }

    private static int find(byte[] line, int from, int to, char wanted, String what) throws InvalidEventException {
        int at = indexOf(line, from, to, wanted);
        if (at < 0) {
            throw new InvalidEventException(null, "is no line of a combined log: it ends before or within the " + what);
        }
        return at;
    }

    private static int indexOf(byte[] line, int from, int to, char wanted) {
        for (int i = from; i < to; i++) {
            if (line[i] == wanted) {
                return i;
            }
        }
        return -1;
    }

    /** The index after a space that must stand here. */
    private static int space(byte[] line, int at, int to, String what) throws InvalidEventException {
        if (at >= to || line[at] != ' ') {
            throw new InvalidEventException(null, "is no line of a combined log: there is no space before the " + what);
        }
        return at + 1;
    }

    /** The index after a space and an opening quote that must stand here. */
    private static int quote(byte[] line, int at, int to, String what) throws InvalidEventException {
        int quote = space(line, at, to, what);
        if (quote >= to || line[quote] != '"') {
            throw new InvalidEventException(null, "is no line of a combined log: the " + what + " is not in quotes");
        }
        return quote + 1;
    }

    private static int closingQuote(byte[] line, int from, int to, String what) throws InvalidEventException {
        for (int i = from; i < to; i++) {
            if (line[i] == '"') {
                return i;
            }
            if (line[i] == '\\') {
                i++;
            }
        }
        throw new InvalidEventException(null, "has no closing quote after the " + what);
    }

    /** What stands between quotes, unescaped as far as quotes and backslashes go; null for a lone hyphen. */
    private static @Nullable String quotedText(byte[] line, int from, int to) {
        if (to == from + 1 && line[from] == '-') {
            return null;
        }
        String text = text(line, from, to);
        if (text.indexOf('\\') < 0) {
            return text;
        }
        StringBuilder plain = new StringBuilder(text.length());
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            boolean escapes = c == '\\' && i + 1 < text.length();
            if (escapes && (text.charAt(i + 1) == '"' || text.charAt(i + 1) == '\\')) {
                i++;
            }
            plain.append(text.charAt(i));
        }
        return plain.toString();
    }

    private static String text(byte[] line, int from, int to) {
        return new String(line, from, to - from, StandardCharsets.UTF_8);
    }
}
