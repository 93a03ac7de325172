package io.weir.store;

import io.weir.definition.DayPartitioning;
import io.weir.definition.RowColumn;
import io.weir.definition.RowTable;
import java.util.HashMap;
import java.util.Map;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** Compares what definitions say of tables that are divided into days with what these are. */
final class PartitionCheck {
    private final Map<String, String> undivided;
    private final Map<String, DayPartitioning> stated = new HashMap<>();

    PartitionCheck(Map<String, String> undivided) {
        this.undivided = undivided;
    }

    /** Tells the problem and its remedy, if there is one. */
    void check(RowTable rows, Catalog.Table table, BiConsumer<String, String> fault) {
        DayPartitioning partition = rows.partition();
        if (partition == null) {
            return;
        }
        DayPartitioning other = stated.putIfAbsent(rows.table(), partition);
        if (other != null && !other.equals(partition)) {
            fault.accept(
                    rows.table() + " is divided in another way by another definition", "say the same in both of them");
        }
        @Nullable String reason = undivided.get(rows.table());
        if (reason != null) {
            fault.accept(
                    rows.table() + " can't be divided into days: " + reason,
                    "remove what stands in the way, or divide it yourself, or remove partition");
        } else if (!partition.by().equals(table.partitionedBy())
                && table.columns().containsKey(partition.by())) {
            fault.accept(
                    rows.table()
                            + (table.isPartitioned() ? " is divided in another way than" : " is not divided")
                            + " by ranges of " + partition.by(),
                    "remove partition, or divide the table by ranges of that column");
        }
    }

    /** What to do about a key column that decides and has no unique index. */
    static String remedyForKey(RowTable rows, RowColumn key, Catalog.Table table) {
        String by = table.partitionedBy();
        if (table.isPartitioned()) {
            return "no unique index reaches over the parts of a divided table; say partition { by = "
                    + (by == null ? "…" : by) + " }, and Weir keeps the keys itself";
        }
        return "ALTER TABLE " + Identifiers.table(rows.table()) + " ADD UNIQUE (" + Identifiers.column(key.column())
                + ")";
    }
}
