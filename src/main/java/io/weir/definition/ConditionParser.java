package io.weir.definition;

import com.typesafe.config.ConfigList;
import com.typesafe.config.ConfigValue;
import com.typesafe.config.ConfigValueType;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Parses which events a table or a counter takes: {@code { field = value, … }}. */
final class ConditionParser {
    private static final String SET = "*";

    private final Map<String, Field> fields;

    ConditionParser(Map<String, Field> fields) {
        this.fields = fields;
    }

    /** The condition under this key of the section; null when there is none, and every event is taken. */
    @Nullable
    Condition parse(Section section, String key) {
        Section stated = section.section(key);
        if (stated == null) {
            return null;
        }
        List<Condition.Term> terms = new ArrayList<>();
        for (Map.Entry<String, ConfigValue> entry : stated.entries()) {
            Field field = fields.get(entry.getKey());
            if (field == null) {
                stated.fault(entry.getKey(), "is no field", Faults.insteadOf(entry.getKey(), fields.keySet()));
                continue;
            }
            terms.add(term(stated, field, entry.getValue()));
        }
        if (stated.entries().isEmpty()) {
            section.fault(key, "asks for nothing", "remove it to take every event");
        }
        return new Condition(terms);
    }

    private static Condition.Term term(Section condition, Field field, ConfigValue stated) {
        if (SET.equals(stated.unwrapped())) {
            return new Condition.Term(field, List.of());
        }
        if (field.type() == FieldType.JSON) {
            condition.fault(
                    field.name(), "compares a field of type json", "write \"*\" (is set), or use another field");
            return new Condition.Term(field, List.of());
        }
        List<Object> values = new ArrayList<>();
        boolean orAbsent = false;
        List<ConfigValue> alternatives = stated instanceof ConfigList list ? list : List.of(stated);
        for (ConfigValue alternative : alternatives) {
            if (stated instanceof ConfigList && alternative.valueType() == ConfigValueType.NULL) {
                orAbsent = true;
                continue;
            }
            Object value = TypedValue.of(field.type(), alternative);
            if (value == null) {
                condition.fault(
                        field.name(),
                        "is " + Section.describe(alternative),
                        "write " + FieldValues.expected(field.type())
                                + ", a list of such (with null: or is left out), or \"*\" (is set)");
            } else {
                values.add(value);
            }
        }
        if (alternatives.isEmpty()) {
            condition.fault(field.name(), "is an empty list", "name a value, or write \"*\" (is set)");
        } else if (orAbsent && alternatives.size() == 1) {
            condition.fault(field.name(), "is a list of null alone", "name a value beside it");
        }
        return new Condition.Term(field, values, orAbsent);
    }
}
