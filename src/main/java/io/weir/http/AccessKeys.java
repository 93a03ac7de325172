package io.weir.http;

import io.weir.definition.Field;
import io.weir.definition.FieldType;
import io.weir.definition.FieldValues;
import io.weir.definition.StreamDefinition;
import io.weir.event.FixedValue;
import io.weir.settings.AccessKeyHash;
import io.weir.settings.AccessSettings;
import io.weir.settings.SettingsException;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The keys of a server, found by their hashes. How long it takes to find one says something about the hash of what was
 * sent at most, from which nobody gets to a key; the hash itself is compared in constant time.
 */
final class AccessKeys {
    /**
     * What a key opens.
     *
     * @param streams those that it is for, with what their events must hold
     * @param origins pages that may use it, in lower case; empty for no restriction
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared as a whole
    record Key(String name, byte[] hash, Map<String, List<FixedValue>> streams, Set<String> origins) {}

    private static final Set<FieldType> FIXABLE = Set.of(FieldType.TEXT, FieldType.LONG, FieldType.UUID);

    private final Map<ByteBuffer, Key> byHash = new HashMap<>();

    private AccessKeys() {}

    static AccessKeys of(AccessSettings settings, List<StreamDefinition> definitions) {
        List<String> names =
                definitions.stream().map(StreamDefinition::name).sorted().toList();
        requireKnown("access.public-streams", settings.publicStreams(), names);
        AccessKeys keys = new AccessKeys();
        for (AccessSettings.Key key : settings.keys()) {
            byte[] hash = AccessKeyHash.parse(key.hash());
            Key known = new Key(key.name(), hash, streams(key, definitions, names), Set.copyOf(key.origins()));
            keys.byHash.put(ByteBuffer.wrap(hash), known);
        }
        return keys;
    }

    /** The key that somebody shows; null when it is none. */
    @Nullable
    Key find(String shown) {
        byte[] hash = AccessKeyHash.bytes(shown);
        Key key = byHash.get(ByteBuffer.wrap(hash));
        return key != null && MessageDigest.isEqual(hash, key.hash()) ? key : null;
    }

    private static Map<String, List<FixedValue>> streams(
            AccessSettings.Key key, List<StreamDefinition> definitions, List<String> names) {
        String path = "access.keys." + key.name();
        List<String> listed = key.streams();
        if (listed != null) {
            requireKnown(path + ".streams", listed, names);
        }
        Map<String, List<FixedValue>> streams = new HashMap<>();
        for (StreamDefinition definition : definitions) {
            if (listed == null || listed.contains(definition.name())) {
                List<FixedValue> fixed = fixed(path, key.fields(), definition, listed != null);
                if (fixed != null) {
                    streams.put(definition.name(), fixed);
                }
            }
        }
        if (streams.isEmpty()) {
            throw new SettingsException(path + ".fields", "are not those of any stream; the key would open nothing");
        }
        return Map.copyOf(streams);
    }

    /** Null when the stream lacks one of the fields: what has none can't belong to the key. */
    private static @Nullable List<FixedValue> fixed(
            String path, Map<String, String> fields, StreamDefinition definition, boolean listed) {
        List<FixedValue> fixed = new ArrayList<>();
        for (Map.Entry<String, String> entry : fields.entrySet()) {
            String key = path + ".fields." + entry.getKey();
            Field field = definition.fields().stream()
                    .filter(declared -> declared.name().equals(entry.getKey()))
                    .findFirst()
                    .orElse(null);
            if (field == null) {
                if (listed) {
                    throw new SettingsException(key, "is no field of stream " + definition.name());
                }
                return null;
            }
            fixed.add(new FixedValue(field, value(key, field, definition, entry.getValue())));
        }
        return List.copyOf(fixed);
    }

    private static Object value(String key, Field field, StreamDefinition definition, String text) {
        if (!FIXABLE.contains(field.type())) {
            throw new SettingsException(
                    key,
                    "is of type " + field.type().label() + " in stream " + definition.name()
                            + "; a key can belong to text, long and uuid");
        }
        Object value = FieldValues.parse(field.type(), text);
        if (value == null || (value instanceof String && text.length() > field.maxLength())) {
            throw new SettingsException(
                    key,
                    "is \"" + text + "\", must be " + FieldValues.expected(field.type()) + " that stream "
                            + definition.name() + " takes");
        }
        return value;
    }

    private static void requireKnown(String key, List<String> streams, List<String> names) {
        for (String stream : streams) {
            if (!names.contains(stream)) {
                throw new SettingsException(
                        key, "names \"" + stream + "\", which is no stream; there are " + String.join(", ", names));
            }
        }
    }
}
