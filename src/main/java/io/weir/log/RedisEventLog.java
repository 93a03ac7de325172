package io.weir.log;

import io.lettuce.core.ClientOptions;
import io.lettuce.core.MaintNotificationsConfig;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.SocketOptions;
import io.lettuce.core.TimeoutOptions;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.metrics.CommandLatencyRecorder;
import io.lettuce.core.output.StatusOutput;
import io.lettuce.core.protocol.CommandType;
import io.lettuce.core.protocol.ProtocolVersion;
import io.lettuce.core.resource.ClientResources;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.weir.definition.StreamDefinition;
import io.weir.event.EntryId;
import io.weir.redis.RedisAddress;
import io.weir.settings.LogSettings;
import io.weir.settings.SettingsException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The log in Redis Streams, one stream key per partition.
 *
 * <p>An append is answered within the command timeout, whatever happens to Redis, and never sent twice. While Redis is
 * away appends fail at once, and they succeed again within half a second of its return.
 */
public final class RedisEventLog implements EventLog, LogInspection {
    private static final Logger LOG = LoggerFactory.getLogger(RedisEventLog.class);
    private static final int IO_THREADS = 2;
    private static final int COMPUTATION_THREADS = 2;
    private static final int MAX_COMMANDS_PER_CONNECTION = 10_000;
    private static final Duration SWEEP_INTERVAL = Duration.ofMillis(50);
    private static final Duration STOP_TIMEOUT = Duration.ofSeconds(2);

    private record Stream(StreamDepth depth, StreamMeters meters, List<PartitionWriter> writers) {}

    private final LogSettings settings;
    private final MeterRegistry registry;
    private final ClientResources resources;
    private final RedisClient client;
    private final RedisURI address;
    private final Executor completions;
    private final RedisLink link;
    private final WaitingLimits limits;
    private final ScheduledFuture<?> sweeper;
    private final ConcurrentHashMap<String, Stream> streams = new ConcurrentHashMap<>();
    private final AtomicReference<@Nullable CompletableFuture<Boolean>> ping = new AtomicReference<>();

    private RedisEventLog(LogSettings settings, MeterRegistry registry, RedisURI address, Executor completions) {
        this.settings = settings;
        this.registry = registry;
        this.address = address;
        this.completions = completions;
        resources = ClientResources.builder()
                .ioThreadPoolSize(IO_THREADS)
                .computationThreadPoolSize(COMPUTATION_THREADS)
                .commandLatencyRecorder(CommandLatencyRecorder.disabled())
                .build();
        client = RedisClient.create(resources);
        client.setOptions(ClientOptions.builder()
                .autoReconnect(false)
                .disconnectedBehavior(ClientOptions.DisconnectedBehavior.REJECT_COMMANDS)
                .requestQueueSize(MAX_COMMANDS_PER_CONNECTION)
                .protocolVersion(ProtocolVersion.RESP2)
                .maintNotificationsConfig(MaintNotificationsConfig.disabled())
                .timeoutOptions(TimeoutOptions.builder().timeoutCommands(false).build())
                .socketOptions(SocketOptions.builder()
                        .connectTimeout(settings.connectTimeout())
                        .keepAlive(true)
                        .build())
                .build());
        link = new RedisLink(client, address, resources.eventExecutorGroup());
        limits = new WaitingLimits(settings.maxWaitingEvents(), settings.maxWaitingBytes());
        Gauge.builder("weir.log.waiting.events", limits, WaitingLimits::events).register(registry);
        Gauge.builder("weir.log.waiting.bytes", limits, WaitingLimits::bytes).register(registry);
        Gauge.builder("weir.log.in.flight", this, RedisEventLog::inFlight).register(registry);
        sweeper = resources
                .eventExecutorGroup()
                .scheduleAtFixedRate(
                        this::sweep, SWEEP_INTERVAL.toMillis(), SWEEP_INTERVAL.toMillis(), TimeUnit.MILLISECONDS);
    }

    /**
     * Opens the log with its appends completed on I/O threads.
     *
     * @throws SettingsException when the URL can't be used
     */
    public static RedisEventLog open(LogSettings settings, MeterRegistry registry) {
        return open(settings, registry, Runnable::run);
    }

    /**
     * Opens the log, and waits for the first attempt to connect. It is open even if that fails: Redis may come later.
     *
     * @param completions where the appends of one XADD are completed, all in one task. The threads that go on with them
     *     are the best: one hand-over for a whole XADD costs less than one for each caller.
     * @throws SettingsException when the URL can't be used
     */
    public static RedisEventLog open(LogSettings settings, MeterRegistry registry, Executor completions) {
        if (!(RedisAddress.of(settings) instanceof RedisAddress.Single(RedisURI address))) {
            throw new SettingsException("log.redis-url", "names several hosts, and the log knows one");
        }
        RedisEventLog log = new RedisEventLog(settings, registry, address, completions);
        try {
            log.link
                    .connect()
                    .completeOnTimeout(null, 2 * settings.connectTimeout().toMillis(), TimeUnit.MILLISECONDS)
                    .join();
        } catch (RuntimeException problem) {
            log.close();
            throw problem;
        }
        return log;
    }

    /** {@inheritDoc} What depends on the stage must not block. */
    @Override
    public CompletionStage<EntryId> append(StreamDefinition definition, int partition, List<LogItem> items) {
        return stream(definition).writers().get(partition).append(items, definition.maxDepth());
    }

    /** {@inheritDoc} What depends on the stage must not block. */
    @Override
    public CompletionStage<List<Place>> appendOnce(StreamDefinition definition, int partition, List<LogItem> items) {
        return stream(definition).writers().get(partition).appendOnce(items, definition.maxDepth());
    }

    @Override
    public PartitionReader reader(StreamDefinition definition, int partition) {
        Stream stream = stream(definition);
        return new RedisPartitionReader(
                definition.partitionKey(partition),
                partition,
                settings.commandTimeout(),
                settings.maxEntryBytes(),
                () -> client.connectAsync(ByteArrayCodec.INSTANCE, address).toCompletableFuture(),
                link,
                stream.depth(),
                stream.meters());
    }

    @Override
    public boolean isConnected() {
        return link.current() != null;
    }

    @Override
    public long depth(StreamDefinition definition) {
        return stream(definition).depth().total();
    }

    /** What Redis still holds, for who wants to look at it once more. */
    public RetainedLog retained() {
        return new RedisRetainedLog(link, settings.commandTimeout());
    }

    /** Where dead letters are published. */
    public DeadLetterStream deadLetterStream() {
        return new RedisDeadLetterStream(link, settings.commandTimeout());
    }

    @Override
    public CompletionStage<Standing> standing(StreamDefinition definition, int partition, EntryId cursor) {
        return new StandingCount(link::current, definition.partitionKey(partition), settings.commandTimeout())
                .after(cursor);
    }

    @Override
    public Appended appended(StreamDefinition definition, int partition) {
        return stream(definition).depth().tally(partition);
    }

    @Override
    public CompletionStage<Boolean> isReachable() {
        // one question at a time, however many ask, lest they pile up on a silent connection
        CompletableFuture<Boolean> answer = new CompletableFuture<>();
        CompletableFuture<Boolean> earlier = ping.compareAndExchange(null, answer);
        if (earlier != null) {
            return earlier.minimalCompletionStage();
        }
        StatefulRedisConnection<byte[], byte[]> connection = link.current();
        var _ = RedisCalls.call(
                        connection,
                        CommandType.PING,
                        new StatusOutput<>(ByteArrayCodec.INSTANCE),
                        RedisCalls.args(),
                        settings.commandTimeout())
                .whenComplete((pong, problem) -> {
                    ping.set(null);
                    if (problem != null && connection != null) {
                        link.drop(connection, "no answer to PING in " + settings.commandTimeout());
                    }
                    answer.complete(problem == null);
                });
        return answer.minimalCompletionStage();
    }

    @Override
    public void close() {
        sweeper.cancel(false);
        link.close();
        sweep();
        client.shutdown(0, STOP_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
        if (!resources
                .shutdown(0, STOP_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)
                .awaitUninterruptibly(2 * STOP_TIMEOUT.toMillis())) {
            LOG.warn("The threads of the Redis client did not end in {}", STOP_TIMEOUT);
        }
    }

    private Stream stream(StreamDefinition definition) {
        Stream known = streams.get(definition.name());
        return known != null ? known : streams.computeIfAbsent(definition.name(), name -> newStream(definition));
    }

    private Stream newStream(StreamDefinition definition) {
        StreamDepth depth = new StreamDepth(definition.partitions());
        StreamMeters meters = new StreamMeters(registry, definition.name(), depth);
        List<PartitionWriter> writers = new ArrayList<>();
        for (int partition = 0; partition < definition.partitions(); partition++) {
            writers.add(new PartitionWriter(definition, partition, settings, link, limits, depth, meters, completions));
        }
        return new Stream(depth, meters, List.copyOf(writers));
    }

    private void sweep() {
        long now = System.nanoTime();
        for (Stream stream : streams.values()) {
            for (PartitionWriter writer : stream.writers()) {
                try {
                    writer.sweep(now);
                } catch (RuntimeException problem) {
                    // an exception would end the schedule, and with it all timeouts
                    LOG.error("A sweep failed", problem);
                }
            }
        }
    }

    private double inFlight() {
        int commands = 0;
        for (Stream stream : streams.values()) {
            for (PartitionWriter writer : stream.writers()) {
                commands += writer.inFlight();
            }
        }
        return commands;
    }
}
