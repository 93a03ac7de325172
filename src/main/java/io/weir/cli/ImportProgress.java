package io.weir.cli;

import java.io.PrintWriter;
import java.util.Locale;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;

/** Shows how far an import is: a bar that moves on a terminal, a line now and then elsewhere. Thread-safe. */
final class ImportProgress implements AutoCloseable {
    private static final int BAR_WIDTH = 28;
    private static final long TERMINAL_MILLIS = 200;
    private static final long PLAIN_MILLIS = 2_000;

    private final PrintWriter out;
    private final PrintWriter messages;
    private final boolean terminal;
    private final long totalLines;
    private final LongAdder doneLines = new LongAdder();
    private final long startedNanos = System.nanoTime();
    private final ScheduledExecutorService ticker = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("import-progress").factory());

    ImportProgress(PrintWriter out, PrintWriter messages, boolean terminal, long totalLines) {
        this.out = out;
        this.messages = messages;
        this.terminal = terminal;
        this.totalLines = totalLines;
    }

    void start() {
        long millis = terminal ? TERMINAL_MILLIS : PLAIN_MILLIS;
        var _ = ticker.scheduleAtFixedRate(this::show, millis, millis, TimeUnit.MILLISECONDS);
    }

    void advance(long lines) {
        doneLines.add(lines);
    }

    double seconds() {
        return (System.nanoTime() - startedNanos) / 1e9;
    }

    /** Prints a message without tearing the bar. */
    synchronized void message(String text) {
        if (terminal) {
            out.print("\r\u001b[K");
            out.flush();
        }
        messages.println(text);
        messages.flush();
    }

    /** Shows the last state and stops. */
    @Override
    public void close() {
        ticker.shutdownNow();
        show();
        if (terminal) {
            out.println();
            out.flush();
        }
    }

    private synchronized void show() {
        String line = render(doneLines.sum(), totalLines, seconds(), terminal);
        if (terminal) {
            out.print("\r\u001b[K" + line);
        } else {
            out.println(line);
        }
        out.flush();
    }

    static String render(long done, long total, double seconds, boolean bar) {
        double share = total == 0 ? 1 : (double) done / total;
        double rate = seconds <= 0 ? 0 : done / seconds;
        long etaSeconds = rate <= 0 ? 0 : Math.round((total - done) / rate);
        String eta = done >= total
                ? ""
                : rate <= 0 ? "  ETA -" : String.format(Locale.ROOT, "  ETA %d:%02d", etaSeconds / 60, etaSeconds % 60);
        int filled = (int) (share * BAR_WIDTH);
        String picture = bar ? "[" + "#".repeat(filled) + "-".repeat(BAR_WIDTH - filled) + "] " : "";
        return String.format(
                Locale.ROOT,
                "%s%3.0f %%  %,d of %,d lines  %,.0f lines/s%s",
                picture,
                share * 100,
                done,
                total,
                rate,
                eta);
    }
}
