package io.weir.definition;

import java.time.LocalDate;
import org.jspecify.annotations.Nullable;

/**
 * How a table of rows is divided into a part per day (UTC), which Weir creates and drops.
 *
 * @param by the column that says which day's a row is; it holds a timestamp of the event
 * @param retentionDays how many days before today stay; null for all
 * @param aheadDays how many days after today are there already
 */
public record DayPartitioning(String by, @Nullable Integer retentionDays, int aheadDays) {

    /** The first day that stays on {@code today}; null when none is ever dropped. */
    public @Nullable LocalDate firstKept(LocalDate today) {
        return retentionDays == null ? null : today.minusDays(retentionDays);
    }
}
