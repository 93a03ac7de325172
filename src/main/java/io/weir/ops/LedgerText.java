package io.weir.ops;

import java.util.Locale;

/** Writes a ledger for a person. */
public final class LedgerText {
    private LedgerText() {}

    /** One line for each stream, and one below it for whatever is not accounted for or began anew. */
    public static String render(Ledger ledger) {
        StringBuilder text = new StringBuilder();
        for (Ledger.Stream stream : ledger.streams()) {
            text.append(String.format(
                    Locale.ROOT,
                    "%s: accepted %,d = committed %,d + deduplicated %,d + filtered %,d + dead-lettered %,d + depth"
                            + " %,d%s%n",
                    stream.name(),
                    stream.sum(Ledger.Partition::accepted),
                    stream.sum(Ledger.Partition::committed),
                    stream.sum(Ledger.Partition::deduplicated),
                    stream.sum(Ledger.Partition::filtered),
                    stream.sum(Ledger.Partition::deadLettered),
                    stream.sum(Ledger.Partition::depth),
                    stream.isBalanced() ? "" : "; NOT BALANCED"));
            for (Ledger.Partition partition : stream.partitions()) {
                render(stream.name() + "/" + partition.number(), partition, text);
            }
        }
        return text.toString();
    }

    private static void render(String name, Ledger.Partition partition, StringBuilder text) {
        Ledger.Entries entries = partition.entries();
        if (entries.missing() != 0) {
            text.append(String.format(
                    Locale.ROOT,
                    "  %s: %,d entries MISSING: %,d added to Redis, %,d committed, %,d waiting%n",
                    name,
                    entries.missing(),
                    entries.added(),
                    entries.committed(),
                    entries.waiting()));
        }
        Ledger.Door door = partition.door();
        if (door != null && door.missing() > 0) {
            text.append(String.format(
                    Locale.ROOT,
                    "  %s: %,d events MISSING: %,d accepted here since %s, %,d recorded%n",
                    name,
                    door.missing(),
                    door.accepted(),
                    door.since(),
                    door.recorded()));
        }
        for (Ledger.Baseline baseline : partition.baselines()) {
            if (!baseline.reason().equals("first")) {
                text.append(String.format(
                        Locale.ROOT,
                        "  %s: compared anew since %s (%s, %,d entries not accounted for)%n",
                        name,
                        baseline.takenAt(),
                        baseline.reason(),
                        baseline.missingEntries()));
            }
        }
    }
}
