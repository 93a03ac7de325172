package io.weir.definition;

import com.typesafe.config.ConfigValue;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Parses one stream's section. What is at fault is left out of the result, which then is of no use but for checks. */
final class StreamParser {
    /** Keeps a window's sums of {@link StreamDefinition#LARGEST_SUMMAND} within 64 bits. */
    static final int MAX_WINDOW_EVENTS = 1_000_000;

    private static final Pattern KEY_OF_A_GENERATION = Pattern.compile(":g\\d+$");

    private static final Set<FieldType> ENTITY_TYPES =
            Set.of(FieldType.TEXT, FieldType.LONG, FieldType.UUID, FieldType.URL, FieldType.IP);
    private static final Set<FieldType> KEY_TYPES = Set.of(FieldType.TEXT, FieldType.UUID, FieldType.LONG);

    private final String name;
    private final String file;
    private final Section section;
    private final StreamDefaults defaults;

    StreamParser(String name, String file, Section section, StreamDefaults defaults) {
        this.name = name;
        this.file = file;
        this.section = section;
        this.defaults = defaults;
    }

    StreamDefinition parse() {
        section.only(
                "redis-key",
                "partitions",
                "max-depth",
                "window",
                "retention",
                "compress",
                "ingest",
                "fields",
                "entity",
                "key",
                "counters",
                "rows",
                "dedup",
                "enrich",
                "rollups");
        if (!Names.isStream(name)) {
            section.fault("is not a stream's name", "use lower-case letters, digits and hyphens");
        }
        Map<String, Field> fields = fields();
        Field entity = entity(fields);
        Field key = key(fields);
        List<Counter> counters = new CounterParser(section, fields, entity).parse();
        List<RowTable> rows =
                new RowParser(section, fields, new PartitionParser(defaults.partitionAheadDays())).parse();
        List<Field> inOrder = List.copyOf(fields.values());
        StreamDefinition definition = new StreamDefinition(
                name,
                file,
                redisKey(),
                Math.toIntExact(orElse(
                        section.wholeNumber("partitions", 1, StreamLayout.MAX_PARTITIONS), defaults.partitions())),
                orElse(section.wholeNumber("max-depth", 1, Long.MAX_VALUE), defaults.maxDepth()),
                window(),
                retention(),
                Boolean.TRUE.equals(section.flag("compress")),
                new IngestParser(section, inOrder, entity).parse(),
                inOrder,
                entity,
                key,
                counters,
                rows,
                new DedupParser(section, fields, entity, defaults.dedupWindow()).parse(),
                new EnrichParser(section, fields).parse(),
                new RollupParser(section, fields, counters).parse());
        checkUse(definition);
        EnrichParser.checkTransient(section, definition);
        return definition;
    }

    private String redisKey() {
        String redisKey = section.text("redis-key");
        if (redisKey == null) {
            return name;
        }
        if (redisKey.isEmpty() || redisKey.length() > 512 || FieldValues.textProblem(redisKey) != null) {
            section.fault("redis-key", "is not a usable key", "write 1 to 512 characters without NUL");
        }
        if (KEY_OF_A_GENERATION.matcher(redisKey).find()) {
            section.fault(
                    "redis-key",
                    "ends as the keys do that a stream gets when the number of its partitions changes",
                    "end it otherwise than with :g and a number");
        }
        return redisKey;
    }

    private Duration retention() {
        Duration retention = section.duration("retention");
        return retention == null ? defaults.retention() : retention;
    }

    private WindowSettings window() {
        Section window = section.section("window");
        WindowSettings settings = window == null ? null : window(window, defaults.window());
        return settings == null ? defaults.window() : settings;
    }

    /** A window's section over the defaults; null when there are none and something is missing. */
    static @Nullable WindowSettings window(Section window, @Nullable WindowSettings otherwise) {
        window.only("max-events", "max-events-behind", "max-delay", "offset", "cron");
        Long maxEvents = window.wholeNumber("max-events", 1, MAX_WINDOW_EVENTS);
        Long behind = window.wholeNumber("max-events-behind", 1, MAX_WINDOW_EVENTS);
        Duration maxDelay = window.duration("max-delay");
        Duration offset = window.duration("offset");
        if (otherwise != null) {
            maxEvents = maxEvents == null ? Long.valueOf(otherwise.maxEvents()) : maxEvents;
            behind = behind == null ? Long.valueOf(Math.max(otherwise.maxEventsBehind(), maxEvents)) : behind;
            maxDelay = maxDelay == null ? otherwise.maxDelay() : maxDelay;
            offset = offset == null ? otherwise.offset() : offset;
        }
        if (maxEvents == null || behind == null || maxDelay == null) {
            return null;
        }
        if (behind < maxEvents) {
            window.fault(
                    "max-events-behind",
                    "is " + behind + ", less than max-events = " + maxEvents,
                    "make it at least max-events");
        }
        if (offset != null && offset.compareTo(maxDelay) > 0) {
            window.fault(
                    "offset",
                    "is " + offset.toMillis() + " ms, longer than max-delay = " + maxDelay.toMillis() + " ms",
                    "make it at most max-delay");
        }
        if (maxDelay.compareTo(WindowSettings.LONGEST_DELAY) > 0) {
            window.fault(
                    "max-delay",
                    "is longer than " + WindowSettings.LONGEST_DELAY.toDays() + " days",
                    "shorten it: what waits for its window is in memory");
        }
        Schedule schedule = schedule(window);
        if (schedule != null && window.has("offset")) {
            window.fault("offset", "has no meaning beside cron", "remove one of the two");
        }
        return new WindowSettings(Math.toIntExact(maxEvents), Math.toIntExact(behind), maxDelay, offset, schedule);
    }

    private static @Nullable Schedule schedule(Section window) {
        String expression = window.text("cron");
        if (expression == null) {
            return null;
        }
        try {
            return Schedule.parse(expression);
        } catch (IllegalArgumentException invalid) {
            window.fault(
                    "cron",
                    "is \"" + expression + "\": " + invalid.getMessage(),
                    "write minute, hour, day of month, month and day of week, as \"0 2,14 * * *\"");
            return null;
        }
    }

    private Map<String, Field> fields() {
        Map<String, Field> fields = new LinkedHashMap<>();
        Section declared = section.section("fields");
        if (declared == null || declared.entries().isEmpty()) {
            if (!section.has("fields") || declared != null) {
                section.fault("fields", "declares no field", "declare at least one: fields { name = text }");
            }
            return fields;
        }
        for (Map.Entry<String, ConfigValue> entry : declared.entries()) {
            Field field = new FieldParser(declared, entry.getKey(), entry.getValue(), defaults.maxLength())
                    .parse(fields.size());
            if (field != null) {
                fields.put(entry.getKey(), field);
            }
        }
        return fields;
    }

    private @Nullable Field entity(Map<String, Field> fields) {
        Field entity = reference("entity", fields, ENTITY_TYPES);
        if (entity != null && !entity.required() && entity.defaultValue() instanceof Default.None) {
            section.fault(
                    "entity",
                    "is the field " + entity.name() + ", which an event may leave out",
                    "give the field required = true or a default");
            return null;
        }
        return entity;
    }

    private @Nullable Field key(Map<String, Field> fields) {
        Field key = reference("key", fields, KEY_TYPES);
        if (key != null && !(key.defaultValue() instanceof Default.None)) {
            section.fault(
                    "key",
                    "is the field " + key.name() + ", which has a default: all events without it would be one",
                    "remove the default");
        }
        return key;
    }

    private @Nullable Field reference(String key, Map<String, Field> fields, Set<FieldType> types) {
        String fieldName = section.text(key);
        if (fieldName == null) {
            return null;
        }
        Field field = fields.get(fieldName);
        if (field == null) {
            if (!isDeclared(fieldName)) {
                section.fault(
                        key,
                        "is \"" + fieldName + "\", which is no field",
                        Faults.insteadOf(fieldName, fields.keySet()));
            }
            return null;
        }
        if (!types.contains(field.type())) {
            section.fault(
                    key,
                    "is the field " + fieldName + " of type " + field.type().label(),
                    "choose a field of type "
                            + String.join(
                                    ", ",
                                    types.stream()
                                            .map(FieldType::label)
                                            .sorted()
                                            .toList()));
            return null;
        }
        return field;
    }

    /** Whether a field of this name stands there, if perhaps at fault, so that one mistake is told once. */
    private boolean isDeclared(String fieldName) {
        return section.get("fields") instanceof com.typesafe.config.ConfigObject declared
                && declared.containsKey(fieldName);
    }

    private void checkUse(StreamDefinition definition) {
        if (!section.has("counters") && !section.has("rows")) {
            section.fault("writes nothing", "add counters, or rows, or both");
        }
        if (definition.ingest().isEntityPath()
                && definition.counters().stream().allMatch(counter -> counter.countColumn() < 0)) {
            section.fault(
                    "ingest",
                    "has a path that answers with a count, and nothing is counted",
                    "add a counter with count or a sum of a long, or remove the variable from the path");
        }
        if (definition.compress() && definition.dedup().isByFields()) {
            section.fault(
                    "compress",
                    "has no meaning beside dedup.key: Redis itself takes out of an entry what is there already",
                    "remove one of the two");
        }
        RowTable arbiter = definition.arbiter();
        if (arbiter != null && section.has("dedup")) {
            section.fault(
                    "dedup",
                    "has no meaning: the table " + arbiter.table()
                            + " keeps \"$key\", for as long as its rows are there",
                    "remove it, or the table's column for \"$key\"");
        }
        if (arbiter == null
                && definition.dedup().isByFields()
                && definition.rows().stream().anyMatch(table -> table.keyColumn() != null)) {
            section.fault(
                    "dedup",
                    "lets an event count again after its ttl, which a table with a column for \"$key\" would refuse",
                    "remove the column, or dedup");
        }
    }

    private static long orElse(@Nullable Long value, long otherwise) {
        return value == null ? otherwise : value;
    }
}
