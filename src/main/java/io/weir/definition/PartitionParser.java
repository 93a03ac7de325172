package io.weir.definition;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Parses how a table of rows is divided into days. */
final class PartitionParser {
    static final int MAX_AHEAD_DAYS = 31;
    private static final int MAX_RETENTION_DAYS = 36_500;
    /** What is left of an identifier beside {@code _before_YYYYMMDD}, the longest that a part's name adds. */
    private static final int MAX_NAME_LENGTH = 47;

    private final int defaultAheadDays;

    PartitionParser(int defaultAheadDays) {
        this.defaultAheadDays = defaultAheadDays;
    }

    /** Null when the table's section has none, or one at fault. */
    @Nullable
    DayPartitioning parse(Section rows, @Nullable String table, List<RowColumn> columns) {
        Section section = rows.section("partition");
        if (section == null) {
            return null;
        }
        section.only("by", "retention", "ahead");
        Integer retention = days(section, "retention", MAX_RETENTION_DAYS);
        Integer ahead = days(section, "ahead", MAX_AHEAD_DAYS);
        if (table != null && table.substring(table.indexOf('.') + 1).length() > MAX_NAME_LENGTH) {
            rows.fault(
                    "table",
                    "is longer than " + MAX_NAME_LENGTH + " characters, which leaves its parts no name",
                    "shorten it, or remove partition");
        }
        String by = by(section, columns);
        return by == null ? null : new DayPartitioning(by, retention, ahead == null ? defaultAheadDays : ahead);
    }

    private static @Nullable String by(Section section, List<RowColumn> columns) {
        String by = section.text("by");
        if (by == null) {
            if (!section.has("by")) {
                section.fault("by", "is missing", "name the column with the event's time: by = occurred_at");
            }
            return null;
        }
        for (RowColumn column : columns) {
            if (column.column().equals(by)) {
                return isTimeOfEvent(section, by, column.source()) ? by : null;
            }
        }
        section.fault(
                "by",
                "is \"" + by + "\", which is no column of this table",
                Faults.insteadOf(by, columns.stream().map(RowColumn::column).toList()));
        return null;
    }

    private static boolean isTimeOfEvent(Section section, String by, ColumnSource source) {
        if (!(source instanceof ColumnSource.OfField(Field field)) || field.type() != FieldType.TIMESTAMP) {
            section.fault(
                    "by",
                    "is the column " + by + ", which holds no timestamp of the event",
                    "choose a column that holds a field of type timestamp");
            return false;
        }
        if (!field.required() && field.defaultValue() instanceof Default.None) {
            section.fault(
                    "by",
                    "is the column " + by + ", whose field " + field.name() + " an event may leave out",
                    "give the field required = true or default = now");
            return false;
        }
        return true;
    }

    /** A time that is a number of days; null when there is none or it is at fault. */
    static @Nullable Integer days(Section section, String key, int largest) {
        Duration time = section.duration(key);
        if (time == null) {
            return null;
        }
        if (!time.equals(Duration.ofDays(time.toDays()))) {
            section.fault(key, "is no whole number of days", "write it in days, as 90d");
            return null;
        }
        if (time.toDays() > largest) {
            section.fault(key, "is longer than " + largest + " days", "shorten it");
            return null;
        }
        return Math.toIntExact(time.toDays());
    }
}
