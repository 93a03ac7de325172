package io.weir.definition;

import com.typesafe.config.ConfigObject;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Parses what is kept of a stream's counters over time: {@code [minute, hour]}, or {@code { steps = …, by = …, … }}. */
final class RollupParser {
    private static final String ROLLUPS = "rollups";
    private static final String STEPS = "steps";
    /** Those whose values have one text each, by which they are told apart. */
    private static final Set<FieldType> UNIQUES_TYPES =
            Set.of(FieldType.TEXT, FieldType.LONG, FieldType.UUID, FieldType.URL, FieldType.IP);

    private final Section stream;
    private final Map<String, Field> fields;
    private final List<Counter> counters;

    RollupParser(Section stream, Map<String, Field> fields, List<Counter> counters) {
        this.stream = stream;
        this.fields = fields;
        this.counters = counters;
    }

    Rollups parse() {
        if (!stream.has(ROLLUPS)) {
            return Rollups.NONE;
        }
        checkMeasures();
        if (!(stream.get(ROLLUPS) instanceof ConfigObject)) {
            return new Rollups(steps(stream, ROLLUPS), null, null);
        }
        Section section = stream.section(ROLLUPS);
        if (section == null) {
            return Rollups.NONE;
        }
        section.only(STEPS, "by", "uniques");
        if (!section.has(STEPS)) {
            section.fault(STEPS, "is missing", "say how long buckets are: steps = [minute, hour, day]");
        }
        return new Rollups(section.has(STEPS) ? steps(section, STEPS) : List.of(), by(section), uniques(section));
    }

    private void checkMeasures() {
        if (!stream.has("counters")) {
            stream.fault(ROLLUPS, "has nothing to keep: nothing is counted", "add counters, or remove rollups");
        } else if (!counters.isEmpty() && RollupMeasure.of(counters).isEmpty()) {
            stream.fault(
                    ROLLUPS,
                    "has nothing to keep: no counter sums or counts, and minima, maxima and last values are not kept"
                            + " over time",
                    "add a column with sum or count to a counter, or remove rollups");
        }
    }

    private static List<RollupStep> steps(Section section, String key) {
        List<String> names = section.texts(key);
        Set<RollupStep> steps = EnumSet.noneOf(RollupStep.class);
        for (String name : names == null ? List.<String>of() : names) {
            RollupStep step = RollupStep.labelled(name);
            if (step == null) {
                section.fault(
                        key, "names \"" + name + "\", which is no step", Faults.insteadOf(name, RollupStep.labels()));
            } else if (!steps.add(step)) {
                section.fault(key, "names " + name + " twice", "name it once");
            }
        }
        if (names != null && names.isEmpty()) {
            section.fault(key, "is empty", Faults.insteadOf("", RollupStep.labels()));
        }
        return List.copyOf(steps);
    }

    private @Nullable Field by(Section section) {
        Field by = field(section, "by", Set.of(FieldType.TIMESTAMP), "timestamp");
        if (by != null && !by.required() && by.defaultValue() instanceof Default.None) {
            section.fault(
                    "by",
                    "is the field " + by.name() + ", which an event may leave out",
                    "give the field required = true or default = now");
            return null;
        }
        return by;
    }

    private @Nullable Field uniques(Section section) {
        return field(section, "uniques", UNIQUES_TYPES, "ip, long, text, url or uuid");
    }

    private @Nullable Field field(Section section, String key, Set<FieldType> types, String labels) {
        String name = section.text(key);
        if (name == null) {
            return null;
        }
        Field field = fields.get(name);
        if (field == null) {
            section.fault(key, "is \"" + name + "\", which is no field", Faults.insteadOf(name, fields.keySet()));
            return null;
        }
        if (!types.contains(field.type())) {
            section.fault(
                    key,
                    "is the field " + name + " of type " + field.type().label(),
                    "choose a field of type " + labels);
            return null;
        }
        return field;
    }
}
