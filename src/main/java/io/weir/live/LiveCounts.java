package io.weir.live;

import com.fasterxml.jackson.databind.annotation.JsonDeserialize;
import com.fasterxml.jackson.databind.annotation.JsonSerialize;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** The answer to a count query. */
public sealed interface LiveCounts extends WireMessage {
    /**
     * An entity's counters, each array by counter and column of the stream's definition.
     *
     * @param committed what the database holds; null where there is no row
     * @param pending what accepted events add to it
     * @param asOf when {@code committed} was read or written
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Found(
            @JsonSerialize(using = WireValue.TableWriter.class)
            @JsonDeserialize(using = WireValue.TableReader.class)
            @Nullable
            Object[][] committed,

            @JsonSerialize(using = WireValue.TableWriter.class)
            @JsonDeserialize(using = WireValue.TableReader.class)
            @Nullable
            Object[][] pending,

            Instant asOf)
            implements LiveCounts {}

    /** Counts of the same shape as {@code values} in which nothing is set. */
    static @Nullable Object[][] nothing(@Nullable Object[][] values) {
        @Nullable Object[][] empty = new @Nullable Object[values.length][];
        for (int i = 0; i < values.length; i++) {
            empty[i] = new @Nullable Object[values[i].length];
        }
        return empty;
    }

    /** The database could not be asked. */
    record Unavailable(String reason) implements LiveCounts {}
}
