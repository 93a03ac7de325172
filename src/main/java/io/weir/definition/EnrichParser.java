package io.weir.definition;

import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigValue;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Parses what is computed of a stream's events: {@code [user-agent, bot]}, or {@code { user-agent = field, … }}. */
final class EnrichParser {
    private static final String ENRICH = "enrich";
    private static final List<String> LABELS =
            Arrays.stream(EnrichmentKind.values()).map(EnrichmentKind::label).toList();

    private final Section stream;
    private final Map<String, Field> fields;

    EnrichParser(Section stream, Map<String, Field> fields) {
        this.stream = stream;
        this.fields = fields;
    }

    /** In the order in which they are computed. */
    List<Enrichment> parse() {
        Map<EnrichmentKind, Enrichment> parsed = new EnumMap<>(EnrichmentKind.class);
        if (stream.get(ENRICH) instanceof ConfigObject) {
            Section section = stream.section(ENRICH);
            if (section != null) {
                parseInputs(section, parsed);
            }
        } else {
            parseNames(parsed);
        }
        List<Enrichment> enrichments = List.copyOf(parsed.values());
        enrichments.forEach(this::checkOutputs);
        return enrichments;
    }

    private void parseNames(Map<EnrichmentKind, Enrichment> parsed) {
        List<String> names = stream.texts(ENRICH);
        if (names != null && names.isEmpty()) {
            stream.fault(ENRICH, "is empty", "name what is to be computed, or remove the key");
        }
        for (String name : names == null ? List.<String>of() : names) {
            EnrichmentKind kind = EnrichmentKind.labelled(name);
            if (kind == null) {
                stream.fault(ENRICH, "names \"" + name + "\", which is not known", Faults.insteadOf(name, LABELS));
                continue;
            }
            Field input = declaredInput(kind);
            if (input == null) {
                String inputs = String.join(" or ", kind.inputs());
                stream.fault(
                        ENRICH,
                        "names " + name + ", which reads the field " + inputs + ", and none is declared",
                        "declare it, or name the field to read: enrich { " + name + " = field }");
            } else if (parsed.containsKey(kind)) {
                stream.fault(ENRICH, "names " + name + " twice", "name it once");
            } else {
                add(stream, ENRICH, kind, input, parsed);
            }
        }
    }

    private @Nullable Field declaredInput(EnrichmentKind kind) {
        return kind.inputs().stream()
                .map(fields::get)
                .filter(field -> field != null)
                .findFirst()
                .orElse(null);
    }

    private void parseInputs(Section section, Map<EnrichmentKind, Enrichment> parsed) {
        section.only(LABELS.toArray(new String[0]));
        for (Map.Entry<String, ConfigValue> entry : section.entries()) {
            EnrichmentKind kind = EnrichmentKind.labelled(entry.getKey());
            String name = kind == null ? null : section.text(entry.getKey());
            if (kind == null || name == null) {
                continue;
            }
            Field input = fields.get(name);
            if (input == null) {
                section.fault(
                        entry.getKey(),
                        "is \"" + name + "\", which is no field",
                        Faults.insteadOf(name, fields.keySet()));
            } else {
                add(section, entry.getKey(), kind, input, parsed);
            }
        }
    }

    private void add(
            Section section, String key, EnrichmentKind kind, Field input, Map<EnrichmentKind, Enrichment> parsed) {
        if (!kind.inputTypes().contains(input.type())) {
            section.fault(
                    key,
                    kind.label() + " reads the field " + input.name() + " of type "
                            + input.type().label(),
                    "choose a field of type "
                            + kind.inputTypes().stream()
                                    .map(FieldType::label)
                                    .sorted()
                                    .collect(Collectors.joining(", ")));
            return;
        }
        Map<String, Field> outputs = kind.declaredOutputs(fields);
        if (outputs.isEmpty() && !kind.outputs().isEmpty()) {
            section.fault(
                    key,
                    kind.label() + " fills the fields " + String.join(", ", kind.outputs()) + ", and none is declared",
                    "declare those that you want, of type " + kind.outputType().label());
            return;
        }
        parsed.put(kind, new Enrichment(kind, input, outputs));
    }

    private void checkOutputs(Enrichment enrichment) {
        String label = enrichment.kind().label();
        List<Field> filled = new ArrayList<>(enrichment.outputs().values());
        filled.sort((one, other) -> Integer.compare(one.index(), other.index()));
        for (Field output : filled) {
            String named = label + " fills the field " + output.name();
            FieldType type = enrichment.kind().outputType();
            if (output.type() != type) {
                stream.fault(
                        ENRICH,
                        named + " of type " + output.type().label(),
                        "declare " + output.name() + " of type " + type.label());
            }
            if (output.required() || !(output.defaultValue() instanceof Default.None)) {
                stream.fault(
                        ENRICH,
                        named + ", which is required or has a default: what is not found is left out",
                        "remove required and default from " + output.name());
            }
            if (output.isTransient()) {
                stream.fault(ENRICH, named + ", which is transient", "remove transient from " + output.name());
            }
        }
        List<Field> changed = enrichment.kind().outputs().isEmpty() ? List.of(enrichment.input()) : filled;
        String key = stream.text("key");
        for (Field field : changed) {
            // a key is taken before anything is computed
            if (field.name().equals(key)) {
                stream.fault("key", "is the field " + key + ", which " + label + " fills", "choose another field");
            }
        }
    }

    /** Checks that what is dropped before the log is used before, and only there. */
    static void checkTransient(Section stream, StreamDefinition definition) {
        for (Field field : definition.fields()) {
            if (!field.isTransient()) {
                continue;
            }
            if (definition.enrichments().stream()
                    .noneMatch(enrichment -> enrichment.input().equals(field))) {
                stream.fault(
                        "fields",
                        "holds the transient field " + field.name() + ", which nothing in enrich reads",
                        "remove transient, or the field");
            }
            if (isUsed(field, definition)) {
                stream.fault(
                        "fields",
                        "holds the transient field " + field.name() + ", which does not come into the log, and the"
                                + " definition uses it beyond enrich",
                        "remove transient, or use what enrich makes of it");
            }
        }
    }

    private static boolean isUsed(Field field, StreamDefinition definition) {
        return field.equals(definition.entity())
                || field.equals(definition.key())
                || definition.dedup().fields().contains(field)
                || field.equals(definition.rollups().by())
                || field.equals(definition.rollups().uniques())
                || definition.counters().stream()
                        .anyMatch(counter -> asks(counter.where(), field)
                                || counter.columns().stream().anyMatch(column -> field.equals(column.field())))
                || definition.rows().stream()
                        .anyMatch(table -> asks(table.when(), field) || table.columnOf(field) != null);
    }

    private static boolean asks(@Nullable Condition condition, Field field) {
        return condition != null
                && condition.terms().stream().anyMatch(term -> term.field().equals(field));
    }
}
