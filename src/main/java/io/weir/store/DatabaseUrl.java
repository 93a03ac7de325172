package io.weir.store;

import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.StringJoiner;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.postgresql.Driver;

/**
 * Where a database is, taken from {@code postgres://user:password@host:port/database?parameters},
 * {@code postgresql://…} or {@code jdbc:postgresql:…}.
 *
 * @param jdbcUrl for pgjdbc, without user and password
 * @param hosts how many servers it names
 */
public record DatabaseUrl(
        String jdbcUrl, @Nullable String user, @Nullable String password, int hosts) {
    /** A name, an address, or an IPv6 address in brackets; nothing that could hide a password. */
    private static final Pattern HOST = Pattern.compile("[^\\s\\p{Cntrl}:@\\[\\]]+|\\[[0-9a-fA-F:.%]+]");

    private static final String FORMS =
            "write postgres://user:password@host:port/database or jdbc:postgresql://host:port/database";

    /** Parses one of the three forms. The password never shows in the message of the exception. */
    public static DatabaseUrl parse(String text) {
        String url = text.strip();
        if (url.startsWith("jdbc:postgresql:")) {
            return parseJdbc(url);
        }
        for (String scheme : new String[] {"postgres://", "postgresql://"}) {
            if (url.startsWith(scheme)) {
                return parseLibpq(url.substring(scheme.length()));
            }
        }
        throw refused(url.isEmpty() ? "is empty" : "has a scheme that is not PostgreSQL's");
    }

    private static DatabaseUrl parseJdbc(String url) {
        int question = url.indexOf('?');
        String base = question < 0 ? url : url.substring(0, question);
        int slashes = base.indexOf("//");
        String authority = slashes < 0 ? "" : before(base.substring(slashes + 2), '/');
        if (base.indexOf('@') >= 0) {
            throw refused("has a user before the host, which the jdbc: form gives as ?user=…&password=…");
        }
        Map<String, String> parameters = question < 0 ? new LinkedHashMap<>() : parameters(url.substring(question + 1));
        String user = parameters.remove("user");
        String password = parameters.remove("password");
        return new DatabaseUrl(readable(withParameters(base, parameters)), user, password, hosts(authority));
    }

    private static DatabaseUrl parseLibpq(String rest) {
        int question = rest.indexOf('?');
        String location = question < 0 ? rest : rest.substring(0, question);
        Map<String, String> given = question < 0 ? new LinkedHashMap<>() : parameters(rest.substring(question + 1));
        int slash = location.indexOf('/');
        String authority = slash < 0 ? location : location.substring(0, slash);
        String database = slash < 0 ? "" : location.substring(slash + 1);
        if (database.indexOf('@') >= 0) {
            // it would be shown as part of the database's name
            throw refused(
                    "has a password with an unescaped '/' or a database with an unescaped '@'" + " (write %2F, %40)");
        }
        int at = authority.lastIndexOf('@');
        String credentials = at < 0 ? "" : authority.substring(0, at);
        String servers = authority.substring(at + 1);
        int colon = credentials.indexOf(':');
        String user = decode(colon < 0 ? credentials : credentials.substring(0, colon));
        @Nullable String password = colon < 0 ? null : decode(credentials.substring(colon + 1));
        String givenHost = given.remove("host");
        String givenPort = given.remove("port");
        if (servers.isEmpty()) {
            servers = givenHost == null ? "localhost" : givenHost;
        }
        if (givenPort != null && servers.indexOf(',') < 0 && portOf(servers).isEmpty()) {
            servers = servers + ":" + givenPort;
        }
        checkServers(servers);
        String givenUser = given.remove("user");
        String givenPassword = given.remove("password");
        String givenDatabase = given.remove("dbname");
        user = user.isEmpty() && givenUser != null ? givenUser : user;
        password = password == null ? givenPassword : password;
        database = database.isEmpty() && givenDatabase != null ? encode(givenDatabase) : database;
        if (database.isEmpty()) {
            if (user.isEmpty()) {
                throw refused("names no database");
            }
            // as libpq does
            database = encode(user);
        }
        Map<String, String> parameters = new LinkedHashMap<>();
        given.forEach((name, value) -> translate(name, value, parameters));
        return new DatabaseUrl(
                readable(withParameters("jdbc:postgresql://" + servers + "/" + database, parameters)),
                user.isEmpty() ? null : user,
                password,
                hosts(servers));
    }

    /** A URL that the driver reads, too. */
    private static String readable(String jdbcUrl) {
        try {
            if (Driver.parseURL(jdbcUrl, null) != null) {
                return jdbcUrl;
            }
        } catch (RuntimeException unreadable) {
            // said below; its message may hold anything
        }
        throw refused("is not what the driver can read, too many '/' perhaps (write %2F)");
    }

    /** libpq's names for what pgjdbc calls otherwise. */
    private static void translate(String name, String value, Map<String, String> parameters) {
        switch (name) {
            case "application_name" -> parameters.put("ApplicationName", value);
            case "connect_timeout" -> parameters.put("connectTimeout", value);
            case "channel_binding" -> parameters.put("channelBinding", value);
            case "sslnegotiation" -> parameters.put("sslNegotiation", value);
            case "keepalives" -> parameters.put("tcpKeepAlive", "0".equals(value) ? "false" : "true");
            case "target_session_attrs" ->
                parameters.put(
                        "targetServerType",
                        switch (value) {
                            case "read-write", "primary" -> "primary";
                            case "any" -> "any";
                            default ->
                                throw refused("has a target_session_attrs that is no use to who writes: say"
                                        + " read-write, primary or any");
                        });
            default -> parameters.put(name, value);
        }
    }

    private static void checkServers(String servers) {
        for (String server : servers.split(",", -1)) {
            String port = portOf(server);
            boolean number = port.chars().allMatch(digit -> digit >= '0' && digit <= '9');
            String host = port.isEmpty() ? server : server.substring(0, server.length() - port.length() - 1);
            if (!HOST.matcher(host).matches()
                    || !number
                    || port.length() > 5
                    || (!port.isEmpty() && Integer.parseInt(port) > 65_535)) {
                throw refused("has a port that is no number from 1 to 65535, or a password with an unescaped"
                        + " '@', '/' or '?' (write %40, %2F, %3F)");
            }
        }
    }

    private static String portOf(String server) {
        int colon = server.lastIndexOf(':');
        return colon < 0 || colon < server.lastIndexOf(']') ? "" : server.substring(colon + 1);
    }

    private static int hosts(String authority) {
        return authority.split(",", -1).length;
    }

    private static String before(String text, char end) {
        int index = text.indexOf(end);
        return index < 0 ? text : text.substring(0, index);
    }

    private static Map<String, String> parameters(String query) {
        Map<String, String> parameters = new LinkedHashMap<>();
        for (String pair : query.split("&", -1)) {
            if (!pair.isEmpty()) {
                int equals = pair.indexOf('=');
                parameters.put(
                        decode(equals < 0 ? pair : pair.substring(0, equals)),
                        equals < 0 ? "" : decode(pair.substring(equals + 1)));
            }
        }
        return parameters;
    }

    private static String withParameters(String base, Map<String, String> parameters) {
        if (parameters.isEmpty()) {
            return base;
        }
        StringJoiner query = new StringJoiner("&", base + "?", "");
        parameters.forEach((name, value) -> query.add(encode(name) + "=" + encode(value)));
        return query.toString();
    }

    private static String decode(String text) {
        try {
            // in a URL's own parts a plus sign stands for itself
            return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException invalid) {
            throw refused("has a '%' that is not followed by two hexadecimal digits (write %25)");
        }
    }

    private static String encode(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }

    private static IllegalArgumentException refused(String problem) {
        return new IllegalArgumentException("weir.store.database-url (DATABASE_URL) " + problem + ": " + FORMS);
    }

    /** Keeps passwords out of logs: the user's, and that of a key file, which is a parameter. */
    @Override
    public String toString() {
        int query = jdbcUrl.indexOf('?');
        return (query < 0 ? jdbcUrl : jdbcUrl.substring(0, query)) + (user == null ? "" : " as " + user);
    }
}
