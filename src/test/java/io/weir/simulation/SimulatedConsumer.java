package io.weir.simulation;

import io.weir.definition.StreamDefinition;
import io.weir.event.EntityDelta;
import io.weir.event.EntryId;
import io.weir.event.Event;
import io.weir.log.LogEntry;
import io.weir.pipeline.AfterCommit;
import io.weir.pipeline.ConsumerStart;
import io.weir.pipeline.ConsumerTrim;
import io.weir.pipeline.CursorHistory;
import io.weir.pipeline.OpenWindow;
import io.weir.pipeline.PartitionWindows;
import io.weir.store.CommitOutcome;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One incarnation: what StreamConsumer, Flusher and EntityAggregator do with messages, as steps. All that decides is
 * the pipeline's own.
 */
final class SimulatedConsumer {

    private final World world;
    private final SimulatedProcess process;
    private final StreamDefinition definition;
    private final SimulatedReader reader;
    private final PartitionWindows windows;
    private final CursorHistory history = new CursorHistory(SimulatedStream.RETENTION, SimulatedStream.TRIM_INTERVAL);
    private final Map<Object, EntityDelta> openDeltas = new LinkedHashMap<>();
    private final Map<Long, List<EntityDelta>> closedDeltas = new LinkedHashMap<>();
    private final Deque<OpenWindow> unflushed = new ArrayDeque<>();
    private long epoch;
    private long nextTick = Long.MAX_VALUE;
    private boolean reading;
    private boolean writing;
    private boolean closed;

    SimulatedConsumer(World world, SimulatedRedis redis, SimulatedProcess process, StreamDefinition definition) {
        this.world = world;
        this.process = process;
        this.definition = definition;
        this.reader = new SimulatedReader(world, redis, process);
        this.windows = new PartitionWindows(definition, SimulatedStream.reader(definition), 1_000_000, world::now);
    }

    void start() {
        ConsumerStart.run(process.toString(), process, reader, SimulatedStream.KEYED_REWIND, process)
                .whenComplete((position, failure) -> mail(
                        () -> {
                            if (position == null) {
                                end("could not start: " + failure);
                            } else {
                                begin(position);
                            }
                        },
                        "start ended"));
    }

    private void begin(ConsumerStart.Position position) {
        if (position.begun().tailLost()) {
            world.saw(Seen.TAIL_LOST);
        }
        if (position.begun().predecessorPending() > 0) {
            world.saw(Seen.PENDING_OF_PREDECESSORS);
        }
        epoch = position.epoch();
        windows.begin(position);
        nextTick = world.now() + SimulatedStream.TRIM_INTERVAL.toMillis();
        readOn();
    }

    private void readOn() {
        if (reading || !windows.mayRead()) {
            return;
        }
        if (unflushed.size() >= 2) {
            world.violate("read while " + unflushed.size() + " windows were unflushed");
        }
        reading = true;
        int asked = 1 + world.random.nextInt(4);
        reader.read(asked, Duration.ofSeconds(1))
                .whenComplete((entries, failure) -> mail(
                        () -> {
                            if (entries == null) {
                                end("could not read: " + failure.getMessage());
                            } else {
                                fetched(entries, asked);
                            }
                        },
                        "read ended"));
    }

    private void fetched(List<LogEntry> entries, int asked) {
        reading = false;
        windows.read(entries.size(), asked);
        readOn();
        for (LogEntry entry : entries) {
            add(entry);
        }
        takeShares(windows.open());
        handOver(windows.closeIf(false));
    }

    private void add(LogEntry entry) {
        boolean below = !entry.id().isAfter(windows.open().to());
        int before = windows.open().size();
        int added = windows.add(entry);
        if (below && added == 0) {
            world.saw(Seen.SKIPPED_BELOW_THE_CURSOR);
        }
        if (before == 0 && !windows.open().isEmpty()) {
            long number = windows.open().number();
            mail(() -> due(number), "window ", number, " is due");
        }
        handOver(windows.closeIfFull());
    }

    private void due(long number) {
        if (windows.open().number() == number) {
            windows.due();
            handOver(windows.closeIf(false));
        }
    }

    private void takeShares(OpenWindow window) {
        for (Map.Entry<Object, List<Event>> share : window.takeShares().entrySet()) {
            EntityDelta delta = openDeltas.computeIfAbsent(
                    share.getKey(), entity -> new EntityDelta(definition.counters(), entity));
            share.getValue().forEach(delta::add);
        }
    }

    private void handOver(@Nullable OpenWindow window) {
        if (window == null) {
            return;
        }
        takeShares(window);
        closedDeltas.put(window.number(), new ArrayList<>(openDeltas.values()));
        openDeltas.clear();
        unflushed.addLast(window);
        if (unflushed.size() >= 2) {
            world.saw(Seen.TWO_WINDOWS_UNFLUSHED);
        }
        writeNext();
    }

    private void writeNext() {
        OpenWindow next = unflushed.peekFirst();
        if (!writing && next != null) {
            writing = true;
            write(next);
        }
    }

    private void write(OpenWindow window) {
        process.execute(() -> {
            world.log(
                    process,
                    "writes ",
                    window.from(),
                    " to ",
                    window.to(),
                    " in epoch ",
                    epoch,
                    ", ",
                    window.size(),
                    " events");
            CommitOutcome outcome;
            try {
                outcome = process.commit(
                        window.commit(epoch, List.copyOf(closedDeltas.getOrDefault(window.number(), List.of()))));
            } catch (SimulatedSession.ProcessDied died) {
                return;
            }
            mail(() -> decided(window, AfterCommit.of(outcome)), "commit ended: ", outcome);
        });
    }

    private void decided(OpenWindow window, AfterCommit next) {
        switch (next) {
            case AfterCommit.GoOn goOn -> flushed(window, goOn.outcome());
            case AfterCommit.TryAgain again -> {
                world.saw(Seen.TRIED_AGAIN);
                write(window);
            }
            case AfterCommit.StartAnew anew -> {
                if (anew.reason().startsWith("fenced")) {
                    world.saw(Seen.FENCED);
                }
                end(anew.reason());
            }
            case AfterCommit.BlameAnEvent blame -> end(blame.reason());
            case AfterCommit.AskForHelp help -> {
                world.saw(Seen.STOPPED_FOR_HELP);
                end(help.reason());
            }
        }
    }

    private void flushed(OpenWindow window, CommitOutcome.Committed outcome) {
        if (outcome.applied() + outcome.deduplicated() + outcome.deadLettered() != window.size()) {
            world.violate("of " + window.size() + " events of a window, the ledger knows " + outcome);
        }
        writing = false;
        unflushed.removeFirst();
        closedDeltas.remove(window.number());
        writeNext();
        windows.flushed(window);
        var _ = reader.acknowledge(window.entries(), window.size());
        handOver(windows.closeIf(false));
        readOn();
    }

    void tickIfDue() {
        if (closed || world.now() < nextTick) {
            return;
        }
        nextTick = world.now() + SimulatedStream.TRIM_INTERVAL.toMillis();
        EntryId trimmable = history.tick(windows.cursor(), windows.isSettled());
        if (trimmable != null) {
            var _ = ConsumerTrim.run(trimmable, epoch, windows.committed(), process, reader, process)
                    .thenAccept(confirmed -> mail(
                            () -> {
                                if (!confirmed) {
                                    world.saw(Seen.TRIM_REFUSED);
                                    end("the cursor was moved by somebody else");
                                }
                            },
                            "trim ended"));
        }
    }

    void loseConnection() {
        reader.loseConnection();
    }

    boolean timeOutCommit() {
        if (!writing || closed) {
            return false;
        }
        end("no outcome of a window in time");
        return true;
    }

    private void end(String reason) {
        closed = true;
        reader.close();
        process.startAnew(reason);
    }

    private void mail(Runnable body, Object... message) {
        world.later(
                process,
                () -> {
                    if (!closed) {
                        body.run();
                    }
                },
                message);
    }
}
