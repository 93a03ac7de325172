package io.weir.cli;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;

/** Rows in columns as wide as their widest value; the last column may be as long as it likes. */
final class TextTable {
    private record Row(List<String> values, UnaryOperator<String> style) {}

    private final List<Row> rows = new ArrayList<>();
    private int firstNumber = Integer.MAX_VALUE;

    TextTable(String... header) {
        rows.add(new Row(List.of(header), UnaryOperator.identity()));
    }

    /** The columns from this one on hold numbers, which end at the same place. */
    TextTable numbersFrom(int column) {
        firstNumber = column;
        return this;
    }

    void add(String... row) {
        add(UnaryOperator.identity(), row);
    }

    /**
     * Adds a row.
     *
     * @param style makes the finished line stand out; must not change its width
     */
    void add(UnaryOperator<String> style, String... row) {
        rows.add(new Row(List.of(row).stream().map(TextTable::plain).toList(), style));
    }

    /** The text without control characters: what came from outside must not draw on the terminal. */
    static String plain(String text) {
        return text.codePoints()
                .map(c -> Character.isISOControl(c) ? ' ' : c)
                .mapToObj(Character::toString)
                .collect(Collectors.joining());
    }

    void print(PrintWriter out) {
        lines().forEach(out::println);
    }

    /** The header and the rows. */
    List<String> lines() {
        int columns = rows.getFirst().values().size();
        int[] widths = new int[columns];
        for (Row row : rows) {
            for (int i = 0; i < columns; i++) {
                widths[i] = Math.max(widths[i], row.values().get(i).length());
            }
        }
        List<String> lines = new ArrayList<>();
        for (Row row : rows) {
            StringBuilder line = new StringBuilder();
            for (int i = 0; i < columns; i++) {
                String value = row.values().get(i);
                String padding = " ".repeat(widths[i] - value.length());
                line.append(i == 0 ? "" : "  ").append(i < firstNumber ? value + padding : padding + value);
            }
            lines.add(row.style().apply(line.toString().stripTrailing()));
        }
        return lines;
    }
}
