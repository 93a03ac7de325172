package io.weir.pipeline;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.weir.definition.StreamDefinition;
import io.weir.letter.DeadLetters;
import io.weir.letter.StoredLetter;
import io.weir.log.DeadLetterStream;
import io.weir.settings.PipelineSettings;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.DispatcherSelector;
import org.apache.pekko.actor.typed.PostStop;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.TimerScheduler;
import org.jspecify.annotations.Nullable;

/**
 * Copies dead letters from the database to the Redis streams {@code <redis-key>:dead}, each at least once: it is marked
 * in the database after Redis has taken it. Counts those that are open, too.
 */
public final class DeadLetterPublisher {
    /** Nobody outside tells it anything. */
    public sealed interface Command {}

    private enum Timer implements Command {
        PUBLISH,
        COUNT
    }

    private record Published(int letters, @Nullable Throwable failure) implements Command {}

    private record Counted(
            @Nullable Map<String, Long> open, @Nullable Throwable failure) implements Command {}

    private static final int BATCH = 100;
    /** What an entry carries of the event at most; the database has all of it. */
    private static final int MAX_RAW_BYTES = 8 * 1024;

    private static final Duration COUNT_INTERVAL = Duration.ofSeconds(5);

    private final ActorContext<Command> context;
    private final Map<String, StreamDefinition> definitions = new LinkedHashMap<>();
    private final Map<String, AtomicLong> open;
    private final DeadLetters letters;
    private final DeadLetterStream stream;
    private final long maxPublished;
    private final Executor executor;
    private boolean publishing;
    private boolean inTrouble;

    private DeadLetterPublisher(
            ActorContext<Command> context,
            Collection<StreamDefinition> definitions,
            DeadLetters letters,
            DeadLetterStream stream,
            PipelineSettings settings,
            Map<String, AtomicLong> open) {
        this.context = context;
        this.open = open;
        this.letters = letters;
        this.stream = stream;
        this.maxPublished = settings.maxPublishedLetters();
        this.executor =
                context.getSystem().dispatchers().lookup(DispatcherSelector.fromConfig("weir.admin-dispatcher"));
        for (StreamDefinition definition : definitions) {
            this.definitions.put(definition.name(), definition);
        }
    }

    /** A publisher for all streams that runs until it is stopped, and may be started again; elsewhere it shows nothing. */
    public static Behavior<Command> create(
            Collection<StreamDefinition> definitions,
            DeadLetters letters,
            DeadLetterStream stream,
            PipelineSettings settings,
            MeterRegistry meters) {
        Map<String, AtomicLong> open = new LinkedHashMap<>();
        for (StreamDefinition definition : definitions) {
            AtomicLong count = new AtomicLong();
            open.put(definition.name(), count);
            Gauge.builder("weir.dead.letters.open", count, AtomicLong::get)
                    .description("dead letters about which nothing was done yet")
                    .tag("stream", definition.name())
                    .register(meters);
        }
        return Behaviors.setup(context -> Behaviors.withTimers(timers -> {
            DeadLetterPublisher publisher =
                    new DeadLetterPublisher(context, definitions, letters, stream, settings, open);
            publisher.start(timers, settings.publishInterval());
            return Behaviors.receive(Command.class)
                    .onAnyMessage(publisher::onMessage)
                    .onSignal(PostStop.class, signal -> {
                        open.values().forEach(count -> count.set(0));
                        return Behaviors.same();
                    })
                    .build();
        }));
    }

    private void start(TimerScheduler<Command> timers, Duration interval) {
        timers.startTimerWithFixedDelay(Timer.PUBLISH, Duration.ZERO, interval);
        timers.startTimerWithFixedDelay(Timer.COUNT, Duration.ZERO, COUNT_INTERVAL);
    }

    private Behavior<Command> onMessage(Command command) {
        switch (command) {
            case Timer timer -> {
                switch (timer) {
                    case PUBLISH -> publish();
                    case COUNT -> count();
                }
            }
            case Published published -> {
                publishing = false;
                note(published.failure());
                if (published.letters() == BATCH) {
                    publish();
                }
            }
            case Counted counted -> {
                Map<String, Long> counts = counted.open();
                if (counts != null) {
                    open.forEach((name, gauge) -> gauge.set(counts.getOrDefault(name, 0L)));
                }
            }
        }
        return Behaviors.same();
    }

    /** Once per episode: what follows is the same news. */
    private void note(@Nullable Throwable failure) {
        if (failure != null && !inTrouble) {
            context.getLog().warn("dead letters wait to be published: {}", Failures.describe(failure));
        }
        inTrouble = failure != null;
    }

    private void publish() {
        if (publishing) {
            return;
        }
        publishing = true;
        context.pipeToSelf(
                CompletableFuture.supplyAsync(() -> letters.unpublished(definitions.keySet(), BATCH), executor)
                        .thenCompose(this::publishAll),
                (count, failure) -> new Published(failure == null ? count : 0, failure));
    }

    /** One after the other, in their order; marks those that Redis took, even when it failed at the next. */
    private CompletionStage<Integer> publishAll(List<StoredLetter> batch) {
        List<StoredLetter> taken = new ArrayList<>(batch.size());
        CompletionStage<Void> all = CompletableFuture.completedStage(null);
        for (StoredLetter letter : batch) {
            StreamDefinition definition = definitions.get(letter.stream());
            if (definition != null) {
                all = all.thenCompose(nothing -> stream.publish(definition, fields(letter), maxPublished))
                        .thenAccept(nothing -> taken.add(letter));
            }
        }
        return all.handleAsync(
                        (nothing, failure) -> {
                            if (!taken.isEmpty()) {
                                letters.published(taken);
                            }
                            return failure;
                        },
                        executor)
                .thenCompose(failure -> failure == null
                        ? CompletableFuture.completedStage(batch.size())
                        : CompletableFuture.failedStage(failure));
    }

    private static Map<String, byte[]> fields(StoredLetter letter) {
        Map<String, byte[]> fields = new LinkedHashMap<>();
        put(fields, "id", letter.id());
        put(fields, "stream", letter.stream());
        put(fields, "partition", letter.partition());
        put(fields, "entry", letter.entry());
        put(fields, "index", letter.index());
        put(fields, "reason", letter.reasonClass().tag());
        put(fields, "detail", letter.reason());
        if (letter.sqlState() != null) {
            put(fields, "sqlstate", letter.sqlState());
        }
        if (letter.key() != null) {
            put(fields, "key", letter.key());
        }
        put(fields, "attempts", letter.attempts());
        put(fields, "created_at", letter.createdAt());
        put(fields, "raw_bytes", letter.raw().length);
        fields.put(
                "raw",
                letter.raw().length <= MAX_RAW_BYTES ? letter.raw() : Arrays.copyOf(letter.raw(), MAX_RAW_BYTES));
        return fields;
    }

    private static void put(Map<String, byte[]> fields, String name, Object value) {
        fields.put(name, value.toString().getBytes(StandardCharsets.UTF_8));
    }

    private void count() {
        context.pipeToSelf(CompletableFuture.supplyAsync(letters::open, executor), Counted::new);
    }
}
