package io.weir.chaos;

import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What became of every event, as its sender saw it. It is kept in the driver's process and in a file, away from whatever
 * is broken: a line before each request ({@code send chaos-plain 120 5}: the events 120 to 124) and one after it.
 */
final class Ledger implements AutoCloseable {
    private static final int FIRST_CAPACITY = 1 << 16;

    private static final class Events {
        private Outcome[] outcomes = new Outcome[FIRST_CAPACITY];
        private int size;
    }

    private final Map<EventStream, Events> events = new EnumMap<>(EventStream.class);
    private final @Nullable BufferedWriter file;
    private long accepted;

    private Ledger(@Nullable BufferedWriter file) {
        this.file = file;
        for (EventStream stream : EventStream.ALL) {
            events.put(stream, new Events());
        }
    }

    static Ledger writingTo(Path file) throws IOException {
        return new Ledger(Files.newBufferedWriter(file));
    }

    static Ledger inMemory() {
        return new Ledger(null);
    }

    /** Notes that the next {@code number} events are about to be sent, and returns the first. */
    synchronized int send(EventStream stream, int number) {
        Events of = of(stream);
        int first = of.size;
        if (first + number > of.outcomes.length) {
            of.outcomes = Arrays.copyOf(of.outcomes, of.outcomes.length * 2);
        }
        of.size += number;
        note("send", stream, first, number);
        set(of, first, number, Outcome.UNKNOWN);
        return first;
    }

    /** Notes what became of them. */
    synchronized void settle(EventStream stream, int first, int number, Outcome outcome) {
        note(outcome.name().toLowerCase(java.util.Locale.ROOT), stream, first, number);
        set(of(stream), first, number, outcome);
        accepted += outcome.compareTo(Outcome.ACCEPTED) >= 0 ? number : 0;
        notifyAll();
    }

    /** Waits until so many more events were accepted; false when that takes longer than {@code millis}. */
    synchronized boolean awaitAccepted(int more, long millis) throws InterruptedException {
        long wanted = accepted + more;
        long deadline = System.nanoTime() + millis * 1_000_000;
        while (accepted < wanted) {
            long left = (deadline - System.nanoTime()) / 1_000_000;
            if (left <= 0) {
                return false;
            }
            wait(left);
        }
        return true;
    }

    /** Notes that an event which was accepted was lost with a server that promises no more; one that was committed stays. */
    synchronized void excuse(EventStream stream, int number) {
        if (outcome(stream, number) == Outcome.ACCEPTED) {
            settle(stream, number, 1, Outcome.UNKNOWN);
        }
    }

    /** What is known of an event; of one that was never sent, that it must not exist. */
    synchronized Outcome outcome(EventStream stream, long number) {
        Events of = of(stream);
        return number < 0 || number >= of.size ? Outcome.REFUSED : of.outcomes[(int) number];
    }

    /** How many were sent: the number of the next one. */
    synchronized int size(EventStream stream) {
        return of(stream).size;
    }

    synchronized Map<EventStream, Integer> sizes() {
        Map<EventStream, Integer> sizes = new EnumMap<>(EventStream.class);
        events.forEach((stream, of) -> sizes.put(stream, of.size));
        return sizes;
    }

    /** Events from {@code first} on with an outcome. */
    synchronized int count(EventStream stream, int first, Outcome outcome) {
        int count = 0;
        for (int number = first; number < of(stream).size; number++) {
            count += outcome(stream, number) == outcome ? 1 : 0;
        }
        return count;
    }

    private Events of(EventStream stream) {
        Events of = events.get(stream);
        if (of == null) {
            throw new IllegalArgumentException(stream + " is not kept");
        }
        return of;
    }

    private static void set(Events of, int first, int number, Outcome outcome) {
        Arrays.fill(of.outcomes, first, first + number, outcome);
    }

    private void note(String what, EventStream stream, int first, int number) {
        if (file != null) {
            try {
                file.write(what + " " + stream.key() + " " + first + " " + number + "\n");
            } catch (IOException problem) {
                throw new UncheckedIOException(problem);
            }
        }
    }

    @Override
    public synchronized void close() throws IOException {
        if (file != null) {
            file.close();
        }
    }
}
