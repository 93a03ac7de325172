package io.weir.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;

/** The table that a run prints: each figure with the ceiling that was measured beside it. */
final class Figures {
    private static final String ROW = "%-44s %12s  %-36s %12s %7s  %s%n";

    private final List<Object[]> rows = new ArrayList<>();

    /**
     * Adds a figure.
     *
     * @param ceiling what it is compared to
     * @param ceilingPerSecond empty when that was not measured
     * @param aim what is wanted, in words; empty for none
     */
    void add(String what, double perSecond, String ceiling, OptionalDouble ceilingPerSecond, String aim) {
        rows.add(new Object[] {
            what,
            count(perSecond),
            ceiling,
            ceilingPerSecond.isPresent() ? count(ceilingPerSecond.getAsDouble()) : "-",
            ceilingPerSecond.isPresent()
                    ? String.format("%.0f %%", 100 * perSecond / ceilingPerSecond.getAsDouble())
                    : "-",
            aim
        });
    }

    void print() {
        if (rows.isEmpty()) {
            return;
        }
        System.out.println();
        System.out.printf(ROW, "per second", "", "beside", "", "ratio", "aim");
        for (Object[] row : rows) {
            System.out.printf(ROW, row);
        }
    }

    static String count(double number) {
        return String.format("%,.0f", number);
    }
}
