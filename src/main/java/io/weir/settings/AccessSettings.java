package io.weir.settings;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigValue;
import com.typesafe.config.ConfigValueType;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Who may send events and read counts, and which pages may. Keys and defaults are under {@code weir.access}.
 *
 * @param keys in the order of their names
 * @param publicStreams streams that need no key
 * @param open whether a server that others reach may run without any key
 * @param corsOrigins pages that may read answers, beside those of the keys
 * @param corsMaxAge how long a browser may keep the answer to its preflight
 * @param strictTransportSecurity the value of that header; null for none
 */
public record AccessSettings(
        List<Key> keys,
        List<String> publicStreams,
        boolean open,
        List<String> corsOrigins,
        Duration corsMaxAge,
        @Nullable String strictTransportSecurity) {
    /**
     * A write key, of which only the hash is known.
     *
     * @param hash as {@link AccessKeyHash} makes it
     * @param streams those that it is for; null for all
     * @param fields what every event sent with it must hold
     * @param origins pages that may use it; empty for no restriction
     */
    public record Key(
            String name,
            String hash,
            @Nullable List<String> streams,
            Map<String, String> fields,
            List<String> origins) {}

    private static final Pattern ORIGIN = Pattern.compile("https?://([a-z0-9._-]+|\\[[0-9a-f:.]+])(:[0-9]{1,5})?");

    public AccessSettings {
        keys = List.copyOf(keys);
        publicStreams = List.copyOf(publicStreams);
        corsOrigins = List.copyOf(corsOrigins);
        Checks.notNegative("access.cors-max-age", corsMaxAge);
        if (strictTransportSecurity != null && !strictTransportSecurity.matches("max-age=[0-9]{1,10}[ -~]*")) {
            throw new SettingsException(
                    "access.strict-transport-security",
                    "is \"" + strictTransportSecurity + "\", must be like max-age=31536000; includeSubDomains");
        }
    }

    public static AccessSettings from(Config weir) {
        Config access = weir.getConfig("access");
        String security = access.getString("strict-transport-security");
        return new AccessSettings(
                keys(weir),
                access.getStringList("public-streams"),
                access.getBoolean("open"),
                origins("access.cors-origins", access.getStringList("cors-origins")),
                access.getDuration("cors-max-age"),
                security.isEmpty() ? null : security);
    }

    /**
     * The keys alone.
     *
     * @throws SettingsException when one can't be used
     */
    public static List<Key> keys(Config weir) {
        List<Key> keys = new ArrayList<>();
        new TreeMap<>(weir.getObject("access.keys")).forEach((name, value) -> keys.add(key(name, value)));
        for (int i = 0; i < keys.size(); i++) {
            for (Key other : keys.subList(0, i)) {
                if (other.hash().equals(keys.get(i).hash())) {
                    throw new SettingsException(
                            "access.keys." + keys.get(i).name() + ".hash",
                            "is also that of " + other.name() + "; give each its own key: ./weir keys create NAME");
                }
            }
        }
        return List.copyOf(keys);
    }

    private static Key key(String name, ConfigValue value) {
        String path = "access.keys." + name;
        if (!name.matches("[A-Za-z0-9_-]{1,64}")) {
            throw new SettingsException(path, "is no name: use 1 to 64 letters, digits, - and _");
        }
        if (!(value instanceof ConfigObject object)) {
            throw new SettingsException(path, "must be an object: { hash = \"sha256:…\" }");
        }
        Config key = object.toConfig();
        for (String known : object.keySet()) {
            if (!List.of("hash", "streams", "fields", "origins").contains(known)) {
                throw new SettingsException(path + "." + known, "is unknown; known are hash, streams, fields, origins");
            }
        }
        String hash = key.hasPath("hash") ? key.getString("hash") : "";
        if (!AccessKeyHash.isOne(hash)) {
            throw new SettingsException(
                    path + ".hash",
                    "must be \"sha256:\" and 64 hexadecimal digits, as ./weir keys create prints it; never the key"
                            + " itself");
        }
        List<String> streams = null;
        if (key.hasPath("streams") && key.getValue("streams").valueType() == ConfigValueType.LIST) {
            streams = List.copyOf(key.getStringList("streams"));
        } else if (key.hasPath("streams") && !key.getString("streams").equals("all")) {
            throw new SettingsException(path + ".streams", "must be a list of streams, or all");
        }
        if (streams != null && streams.isEmpty()) {
            throw new SettingsException(path + ".streams", "is empty: name the key's streams, or write all");
        }
        return new Key(
                name,
                hash.toLowerCase(Locale.ROOT),
                streams,
                key.hasPath("fields") ? fields(path, key.getObject("fields")) : Map.of(),
                key.hasPath("origins") ? origins(path + ".origins", key.getStringList("origins")) : List.of());
    }

    private static Map<String, String> fields(String path, ConfigObject object) {
        Map<String, String> fields = new TreeMap<>();
        object.forEach((field, value) -> {
            switch (value.valueType()) {
                case STRING, NUMBER -> fields.put(field, String.valueOf(value.unwrapped()));
                case OBJECT, LIST, BOOLEAN, NULL ->
                    throw new SettingsException(
                            path + ".fields." + field, "must be the one value that the key belongs to, as \"p1\"");
            }
        });
        return Map.copyOf(fields);
    }

    private static List<String> origins(String path, List<String> origins) {
        List<String> canonical = new ArrayList<>();
        for (String origin : origins) {
            String lower = origin.toLowerCase(Locale.ROOT);
            if (!ORIGIN.matcher(lower).matches()) {
                throw new SettingsException(
                        path,
                        "holds \"" + origin + "\", which is no origin; write scheme, host and, unless it is the usual"
                                + " one, port, nothing after it: https://example.com");
            }
            canonical.add(lower);
        }
        return List.copyOf(canonical);
    }
}
