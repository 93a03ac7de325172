package io.weir.chaos;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What a fault says of itself while it goes on. */
final class Repetition {
    private final int number;
    private final Map<EventStream, Integer> first;
    private final List<String> notes = new ArrayList<>();
    private final List<Duration> takeovers = new ArrayList<>();
    private final Map<EventStream, List<Integer>> excused = new TreeMap<>();

    Repetition(int number, Map<EventStream, Integer> first) {
        this.number = number;
        this.first = Map.copyOf(first);
    }

    /** Counted from 0. */
    int number() {
        return number;
    }

    /** The first event of each stream that is sent during this repetition. */
    int first(EventStream stream) {
        return first.getOrDefault(stream, 0);
    }

    Map<EventStream, Integer> first() {
        return first;
    }

    void note(String note) {
        if (!note.isEmpty()) {
            notes.add(note);
        }
    }

    String notes() {
        return String.join("; ", notes);
    }

    /** How long partitions took until another node had committed again. */
    void takeovers(List<Duration> took) {
        takeovers.addAll(took);
    }

    List<Duration> takeovers() {
        return List.copyOf(takeovers);
    }

    /** A server lost this event, which was accepted. It is no loss of Weir's, but it is said. */
    void excused(EventStream stream, int event) {
        excused.computeIfAbsent(stream, key -> new ArrayList<>()).add(event);
    }

    /** The excused events of a stream. */
    List<Integer> excused(EventStream stream) {
        return excused.getOrDefault(stream, List.of());
    }
}
