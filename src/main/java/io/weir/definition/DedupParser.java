package io.weir.definition;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Parses how a stream tells events that come again. */
final class DedupParser {
    /** Each day is a partition that every keyed window looks into. */
    private static final Duration MAX_WINDOW = Duration.ofDays(31);

    private static final Set<FieldType> KEY_TYPES =
            Set.of(FieldType.TEXT, FieldType.UUID, FieldType.LONG, FieldType.URL, FieldType.IP);

    private final Section stream;
    private final Map<String, Field> fields;
    private final @Nullable Field entity;
    private final Duration defaultWindow;

    DedupParser(Section stream, Map<String, Field> fields, @Nullable Field entity, Duration defaultWindow) {
        this.stream = stream;
        this.fields = fields;
        this.entity = entity;
        this.defaultWindow = defaultWindow;
    }

    Dedup parse() {
        Section dedup = stream.section("dedup");
        if (dedup == null || !(dedup.has("key") || dedup.has("ttl"))) {
            Duration window = dedup == null ? null : window(dedup);
            return new Dedup(List.of(), window == null ? defaultWindow : window);
        }
        Duration ttl = time(dedup.only("key", "ttl"), "ttl", "shorten it");
        if (!dedup.has("ttl")) {
            dedup.fault("ttl", "is missing", "say for how long an event counts once: ttl = 24h");
        }
        if (stream.has("key")) {
            stream.fault("key", "has no meaning: dedup.key says what counts once", "remove one of the two");
        }
        return new Dedup(key(dedup), ttl == null ? defaultWindow : ttl);
    }

    /** The window in a dedup section of senders' keys; null when there is none or it is at fault. */
    static @Nullable Duration window(Section dedup) {
        return time(
                dedup.only("window"),
                "window",
                "shorten it, or keep keys for good in a rows table that has a unique column = \"$key\"");
    }

    private static @Nullable Duration time(Section dedup, String key, String remedy) {
        Duration time = dedup.duration(key);
        if (time != null && time.compareTo(MAX_WINDOW) > 0) {
            dedup.fault(key, "is longer than " + MAX_WINDOW.toDays() + " days", remedy);
            return null;
        }
        return time;
    }

    private List<Field> key(Section dedup) {
        List<Field> key = new ArrayList<>();
        List<String> names = dedup.texts("key");
        if (names == null || names.isEmpty()) {
            if (names != null || !dedup.has("key")) {
                dedup.fault("key", "names no field", "name those whose values together count once: [storyId, visitor]");
            }
            return key;
        }
        for (String name : names) {
            Field field = fields.get(name);
            if (field == null) {
                dedup.fault(
                        "key", "names \"" + name + "\", which is no field", Faults.insteadOf(name, fields.keySet()));
            } else if (!KEY_TYPES.contains(field.type())) {
                dedup.fault(
                        "key",
                        "names the field " + name + " of type " + field.type().label(),
                        "choose fields of type ip, long, text, url or uuid");
            } else if (key.contains(field)) {
                dedup.fault("key", "names " + name + " twice", "name it once");
            } else {
                key.add(field);
            }
        }
        if (entity != null && !names.contains(entity.name())) {
            dedup.fault(
                    "key",
                    "does not name the entity, " + entity.name() + ", by which events are spread over partitions",
                    "name it, too");
        }
        return key;
    }
}
