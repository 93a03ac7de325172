package io.weir.log;

import io.lettuce.core.ClientOptions;
import io.lettuce.core.MaintNotificationsConfig;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.SocketOptions;
import io.lettuce.core.TimeoutOptions;
import io.lettuce.core.protocol.ProtocolVersion;
import io.lettuce.core.resource.ClientResources;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.weir.definition.StreamDefinition;
import io.weir.event.EntryId;
import io.weir.redis.CommandTimers;
import io.weir.redis.RedisAddress;
import io.weir.settings.LogSettings;
import io.weir.settings.SettingsException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The log in Redis Streams, one stream key per partition.
 *
 * <p>An append is answered within the command timeout, whatever happens to Redis, and never sent twice. While Redis is
 * away appends fail at once, and they succeed again within half a second of its return.
 */
public final class RedisEventLog implements EventLog, LogInspection, PartitionDepths {
    private static final Logger LOG = LoggerFactory.getLogger(RedisEventLog.class);
    private static final int IO_THREADS = 2;
    private static final int COMPUTATION_THREADS = 2;
    private static final int MAX_COMMANDS_PER_CONNECTION = 10_000;
    private static final Duration SWEEP_INTERVAL = Duration.ofMillis(50);
    private static final Duration STOP_TIMEOUT = Duration.ofSeconds(2);

    private record Stream(StreamDepth depth, StreamMeters meters, PerPartition<PartitionWriter> writers) {}

    private final LogSettings settings;
    private final MeterRegistry registry;
    private final ClientResources resources;
    private final RedisClient client;
    private final RedisServers servers;
    private final Executor completions;
    private final WaitingLimits limits;
    private final ScheduledFuture<?> sweeper;
    private final ConcurrentHashMap<String, Stream> streams = new ConcurrentHashMap<>();

    private RedisEventLog(LogSettings settings, MeterRegistry registry, RedisAddress address, Executor completions) {
        this.settings = settings;
        this.registry = registry;
        this.completions = completions;
        resources = ClientResources.builder()
                .ioThreadPoolSize(IO_THREADS)
                .computationThreadPoolSize(COMPUTATION_THREADS)
                .commandLatencyRecorder(new CommandTimers(registry, "log"))
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
        servers = servers(address);
        limits = new WaitingLimits(settings.maxWaitingEvents(), settings.maxWaitingBytes());
        Gauge.builder("weir.log.waiting.events", limits, WaitingLimits::events)
                .description("Events that wait in this process for Redis")
                .register(registry);
        Gauge.builder("weir.log.waiting.bytes", limits, WaitingLimits::bytes)
                .description("Bytes of events that wait in this process for Redis")
                .baseUnit("bytes")
                .register(registry);
        Gauge.builder("weir.log.in.flight", this, RedisEventLog::inFlight)
                .description("Appends that were sent and not answered yet")
                .register(registry);
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
        RedisEventLog log = new RedisEventLog(settings, registry, RedisAddress.of(settings), completions);
        try {
            log.servers
                    .connect()
                    .completeOnTimeout(null, 2 * settings.connectTimeout().toMillis(), TimeUnit.MILLISECONDS)
                    .join();
        } catch (RuntimeException problem) {
            log.close();
            throw problem;
        }
        return log;
    }

    private RedisServers servers(RedisAddress address) {
        ScheduledExecutorService scheduler = resources.eventExecutorGroup();
        return switch (address) {
            case RedisAddress.Single(RedisURI server) -> {
                String name = server.getHost() + ":" + server.getPort();
                yield new OneServer(
                        new RedisLink(RedisConnector.to(client, server), name, scheduler), settings.commandTimeout());
            }
            case RedisAddress.Sentinel sentinel -> {
                SentinelMaster master = new SentinelMaster(client, sentinel, settings.commandTimeout());
                RedisLink link = new RedisLink(master, "the master " + sentinel.master(), scheduler);
                yield new OneServer(link, settings.commandTimeout()).watched(master::closeOutdated, scheduler);
            }
            case RedisAddress.Cluster cluster ->
                new RedisCluster(client, cluster, settings.commandTimeout(), scheduler);
        };
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
        String key = definition.partitionKey(partition);
        return new RedisPartitionReader(
                definition.name(),
                key,
                partition,
                settings.commandTimeout(),
                settings.maxEntryBytes(),
                servers.route(key),
                stream.depth(),
                stream.meters());
    }

    @Override
    public boolean isConnected() {
        return servers.isConnected();
    }

    @Override
    public long depth(StreamDefinition definition) {
        return stream(definition).depth().total();
    }

    /** How much of what may wait for Redis in this process is taken, in events, from 0 to 1. */
    public double waitingEventsShare() {
        return limits.eventsShare();
    }

    /** The same in bytes. */
    public double waitingBytesShare() {
        return limits.bytesShare();
    }

    @Override
    public void runs(StreamDefinition definition, int partition, boolean here) {
        stream(definition).depth().runs(partition, here);
    }

    @Override
    public boolean runsAny(StreamDefinition definition) {
        return stream(definition).depth().runsAny();
    }

    @Override
    public long depthHere(StreamDefinition definition) {
        return stream(definition).depth().totalHere();
    }

    @Override
    public @Nullable Uncommitted uncommitted(StreamDefinition definition, int partition) {
        return stream(definition).depth().uncommitted(partition);
    }

    @Override
    public void uncommittedElsewhere(StreamDefinition definition, int partition, Uncommitted known) {
        stream(definition).depth().elsewhere(partition, known);
    }

    /** What Redis still holds, for who wants to look at it once more. */
    public RetainedLog retained() {
        return new RedisRetainedLog(servers, settings.commandTimeout());
    }

    /** The ends of partitions, for one who looks on and closes it then. */
    public LogTail tail() {
        return new RedisLogTail(servers, settings.commandTimeout());
    }

    /** Closes partitions that others follow. */
    public PartitionSeals seals() {
        return new RedisSeals(servers, settings.commandTimeout());
    }

    /** Where dead letters are published. */
    public DeadLetterStream deadLetterStream() {
        return new RedisDeadLetterStream(servers, settings.commandTimeout());
    }

    @Override
    public CompletionStage<Standing> standing(StreamDefinition definition, int partition, EntryId cursor) {
        String key = definition.partitionKey(partition);
        return new StandingCount(servers.route(key), key, settings.commandTimeout()).after(cursor);
    }

    @Override
    public Appended appended(StreamDefinition definition, int partition) {
        return stream(definition).depth().tally(partition);
    }

    @Override
    public CompletionStage<Boolean> isReachable() {
        return servers.isReachable().minimalCompletionStage();
    }

    @Override
    public void close() {
        sweeper.cancel(false);
        servers.close();
        sweep();
        // what waits for its key to arrive at another node is in nobody's hands
        streams.values().forEach(stream -> stream.writers().all().forEach(PartitionWriter::failWaiting));
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
        StreamDepth depth = new StreamDepth();
        StreamMeters meters = new StreamMeters(registry, definition.name(), depth);
        return new Stream(
                depth,
                meters,
                new PerPartition<>(partition -> new PartitionWriter(
                        definition,
                        partition,
                        settings,
                        servers.route(definition.partitionKey(partition)),
                        limits,
                        depth,
                        meters,
                        completions)));
    }

    private void sweep() {
        long now = System.nanoTime();
        for (Stream stream : streams.values()) {
            for (PartitionWriter writer : stream.writers().all()) {
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
            for (PartitionWriter writer : stream.writers().all()) {
                commands += writer.inFlight();
            }
        }
        return commands;
    }
}
