package io.weir.log;

import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.cluster.SlotHash;
import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.output.StatusOutput;
import io.lettuce.core.protocol.CommandType;
import io.weir.redis.RedisAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A Redis Cluster: one strict link to each master, and for each slot in use the way to the master that has it.
 *
 * <p>Lettuce's own client for clusters sends a command again when it is redirected and when a connection comes back. Here a
 * command is sent again only by who wrote it, and only when a node answered that it did not execute it.
 */
final class RedisCluster implements RedisServers {
    private static final Logger LOG = LoggerFactory.getLogger(RedisCluster.class);
    private static final Duration LOOK_INTERVAL = Duration.ofMillis(250);

    /** Of the looks at whether something changed, so many pass between two questions when nothing seems to. */
    private static final int LOOKS_PER_REFRESH = 40;

    /** What is in flight to a node that has no slots any more is answered by then. */
    private static final int TIMEOUTS_UNTIL_CLOSED = 5;

    private final RedisClient client;
    private final List<RedisURI> seeds;
    private final Duration commandTimeout;
    private final ScheduledExecutorService scheduler;
    private final ConcurrentHashMap<String, RedisLink> links = new ConcurrentHashMap<>();
    /** To nodes that have no slots any more, for what is in flight to them. */
    private final Set<RedisLink> retired = ConcurrentHashMap.newKeySet();

    private final ConcurrentHashMap<Integer, SlotRoute> routes = new ConcurrentHashMap<>();
    private volatile @Nullable ScheduledFuture<?> looking;
    private volatile boolean stale = true;
    private volatile boolean lost;
    private volatile boolean closed;

    // guarded by this
    private @Nullable ClusterSlots known;
    private long redirections;
    private boolean refreshing;
    private int looksUntilRefresh;

    RedisCluster(
            RedisClient client,
            RedisAddress.Cluster address,
            Duration commandTimeout,
            ScheduledExecutorService scheduler) {
        this.client = client;
        this.seeds = address.seeds();
        this.commandTimeout = commandTimeout;
        this.scheduler = scheduler;
    }

    @Override
    public CompletableFuture<Void> connect() {
        CompletableFuture<Void> first = refresh();
        looking = scheduler.scheduleAtFixedRate(
                this::look, LOOK_INTERVAL.toMillis(), LOOK_INTERVAL.toMillis(), TimeUnit.MILLISECONDS);
        return first;
    }

    @Override
    public RedisRoute route(String key) {
        return routes.computeIfAbsent(SlotHash.getSlot(key), slot -> {
            SlotRoute route = new SlotRoute(slot, this);
            synchronized (this) {
                if (known != null) {
                    route.moveTo(linkTo(known.master(slot)));
                }
            }
            return route;
        });
    }

    @Override
    public boolean isConnected() {
        return links.values().stream().anyMatch(link -> link.current() != null);
    }

    /** {@inheritDoc} Needed are the masters of the slots in use. */
    @Override
    public CompletableFuture<Boolean> isReachable() {
        List<@Nullable RedisLink> used =
                routes.values().stream().map(SlotRoute::node).distinct().toList();
        if (used.contains(null)) {
            return CompletableFuture.completedFuture(false);
        }
        Collection<RedisLink> asked = used.isEmpty() ? links.values() : withoutNull(used);
        CompletableFuture<Boolean> all = CompletableFuture.completedFuture(!asked.isEmpty());
        for (RedisLink link : asked) {
            all = all.thenCombine(link.isReachable(commandTimeout), Boolean::logicalAnd);
        }
        return all;
    }

    private static List<RedisLink> withoutNull(List<@Nullable RedisLink> links) {
        return links.stream().map(Objects::requireNonNull).toList();
    }

    @Override
    public void close() {
        closed = true;
        ScheduledFuture<?> schedule = looking;
        if (schedule != null) {
            schedule.cancel(false);
        }
        Stream.concat(links.values().stream(), retired.stream()).forEach(RedisLink::close);
    }

    boolean isInUse(StatefulRedisConnection<byte[], byte[]> connection) {
        return Stream.concat(links.values().stream(), retired.stream()).anyMatch(link -> link.isInUse(connection));
    }

    void drop(StatefulRedisConnection<byte[], byte[]> connection, String why) {
        Stream.concat(links.values().stream(), retired.stream()).forEach(link -> link.drop(connection, why));
    }

    /**
     * Told an error that answered a command to a slot.
     *
     * @return whether the command was not executed because the slot moves or has moved
     */
    boolean redirected(SlotRoute route, String error) {
        boolean moved = error.startsWith("MOVED ");
        boolean moves = error.startsWith("ASK ") || error.startsWith("TRYAGAIN");
        if (!moved && !moves && !error.startsWith("CLUSTERDOWN")) {
            return false;
        }
        synchronized (this) {
            stale = true;
            redirections++;
            String master = moved ? error.substring(error.lastIndexOf(' ') + 1) : "";
            RedisLink link = linkTo(master);
            if (link != null && link != route.node()) {
                LOG.info("Slot {} has moved to {}", route.slot(), master);
                route.moveTo(link);
            }
        }
        return moved || moves;
    }

    private void look() {
        try {
            boolean due;
            synchronized (this) {
                due = --looksUntilRefresh <= 0;
            }
            if (due || stale || isIncomplete()) {
                var _ = refresh();
            }
        } catch (RuntimeException problem) {
            // an exception would end the schedule, and with it all notice of changes
            LOG.error("The nodes of the cluster were not looked at", problem);
        }
    }

    /** Whether a master is away that may have got a successor, or nobody was known to have a slot when it was asked for. */
    private boolean isIncomplete() {
        return links.values().stream().anyMatch(link -> link.current() == null)
                || routes.values().stream().anyMatch(route -> route.node() == null);
    }

    private CompletableFuture<Void> refresh() {
        long before;
        synchronized (this) {
            if (refreshing || closed) {
                return CompletableFuture.completedFuture(null);
            }
            refreshing = true;
            looksUntilRefresh = LOOKS_PER_REFRESH;
            before = redirections;
        }
        return askAnyone()
                .handle((slots, problem) -> {
                    synchronized (this) {
                        refreshing = false;
                    }
                    if (problem != null) {
                        if (!lost && !closed) {
                            lost = true;
                            LOG.warn("No node of the Redis cluster answers, trying on: {}", problem.toString());
                        }
                        return List.<CompletableFuture<Void>>of();
                    }
                    lost = false;
                    return learned(slots, before);
                })
                .thenCompose(connecting -> CompletableFuture.allOf(connecting.toArray(CompletableFuture[]::new)));
    }

    /** Asks those that are connected, and then the seeds, until one of them knows. */
    private CompletableFuture<ClusterSlots> askAnyone() {
        List<Supplier<CompletableFuture<ClusterSlots>>> questions = new ArrayList<>();
        for (Map.Entry<String, RedisLink> node : shuffled(links.entrySet())) {
            StatefulRedisConnection<byte[], byte[]> connection = node.getValue().current();
            InetSocketAddress address = ClusterSlots.parts(node.getKey());
            if (connection != null && address != null) {
                questions.add(() -> ask(connection, address.getHostString()));
            }
        }
        for (RedisURI seed : shuffled(seeds)) {
            questions.add(() -> RedisConnector.to(client, seed)
                    .connect()
                    .thenCompose(connection -> ask(connection, seed.getHost())
                            .whenComplete((slots, problem) -> RedisCalls.close(connection))));
        }
        return firstAnswer(questions, 0);
    }

    private static CompletableFuture<ClusterSlots> firstAnswer(
            List<Supplier<CompletableFuture<ClusterSlots>>> questions, int next) {
        CompletableFuture<ClusterSlots> answer = questions.get(next).get();
        return next + 1 == questions.size()
                ? answer
                : answer.exceptionallyCompose(problem -> firstAnswer(questions, next + 1));
    }

    /** What a node knows; fails when it is not in touch with most of the cluster, and what it knows may be old. */
    private CompletableFuture<ClusterSlots> ask(StatefulRedisConnection<byte[], byte[]> connection, String host) {
        return RedisCalls.call(
                        connection,
                        CommandType.CLUSTER,
                        new StatusOutput<>(ByteArrayCodec.INSTANCE),
                        RedisCalls.args().add("INFO"),
                        commandTimeout)
                .thenCompose(info -> info.contains("cluster_state:ok")
                        ? RedisCalls.call(
                                connection,
                                CommandType.CLUSTER,
                                RedisCalls.args().add("SLOTS"),
                                commandTimeout)
                        : CompletableFuture.failedFuture(
                                new IllegalStateException("a node says that the cluster is not ok")))
                .thenApply(answer -> ClusterSlots.parse(answer, host));
    }

    /** Answers the first attempts to connect to masters that are new. */
    private synchronized List<CompletableFuture<Void>> learned(ClusterSlots slots, long before) {
        List<CompletableFuture<Void>> connecting = new ArrayList<>();
        if (closed || redirections != before) {
            // what a node said meanwhile about a slot is newer
            return connecting;
        }
        known = slots;
        stale = false;
        for (String master : slots.masters()) {
            if (!links.containsKey(master)) {
                LOG.info("{} is a master of the Redis cluster", master);
                links.computeIfAbsent(master, this::newLink);
                connecting.add(links.get(master).connect());
            }
        }
        for (SlotRoute route : routes.values()) {
            route.moveTo(linkTo(slots.master(route.slot())));
        }
        links.forEach((address, link) -> {
            if (!slots.masters().contains(address)) {
                LOG.info("{} has no slots of the Redis cluster any more", address);
                retired.add(link);
                links.remove(address);
                closeLater(link);
            }
        });
        return connecting;
    }

    /** The link to a node, a new one when there is none; null when there is no such node. */
    private synchronized @Nullable RedisLink linkTo(@Nullable String address) {
        if (address == null || address.isEmpty() || ClusterSlots.parts(address) == null || closed) {
            return null;
        }
        RedisLink link = links.get(address);
        if (link == null) {
            link = newLink(address);
            links.put(address, link);
            var _ = link.connect();
        }
        return link;
    }

    private RedisLink newLink(String address) {
        InetSocketAddress node = Objects.requireNonNull(ClusterSlots.parts(address));
        RedisURI server = RedisURI.builder(seeds.getFirst())
                .withHost(node.getHostString())
                .withPort(node.getPort())
                .build();
        return new RedisLink(RedisConnector.to(client, server), address, scheduler);
    }

    private void closeLater(RedisLink link) {
        try {
            var _ = scheduler.schedule(
                    () -> closeRetired(link), TIMEOUTS_UNTIL_CLOSED * commandTimeout.toMillis(), TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException problem) {
            closeRetired(link);
        }
    }

    private void closeRetired(RedisLink link) {
        link.close();
        retired.remove(link);
    }

    private static <T> List<T> shuffled(Collection<T> all) {
        List<T> order = new ArrayList<>(all);
        Collections.shuffle(order);
        return order;
    }
}
