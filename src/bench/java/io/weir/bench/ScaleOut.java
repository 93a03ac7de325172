package io.weir.bench;

import com.typesafe.config.ConfigFactory;
import io.weir.definition.DefinitionFiles;
import io.weir.definition.StreamDefinition;
import io.weir.embedded.FreePort;
import io.weir.event.Partitioner;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;
import java.util.stream.Stream;

/**
 * A backlog over {@link #PARTITIONS} partitions that is drained by one, two or three nodes, on one machine: they share its
 * cores, so what counts is less the rate than what each part of the system had to work for an event.
 */
final class ScaleOut {
    private static final int PARTITIONS = 6;
    private static final int ENTITIES = 1_000;
    private static final int ENTRY_EVENTS = 200;
    private static final Duration TIMEOUT = Duration.ofMinutes(5);

    /** What is drained. */
    enum Kind {
        COUNTERS("link-clicks", "SELECT sum(clicks) FROM links") {
            @Override
            String entity(int entity) {
                return "l" + entity;
            }

            @Override
            String event(int entity, long number) {
                return Workload.click(entity);
            }
        },
        ROWS("page-views", "SELECT count(*) FROM page_views") {
            @Override
            String entity(int entity) {
                return "/page/" + entity;
            }

            @Override
            String event(int entity, long number) {
                return Workload.keyedView(number * ENTITIES + entity);
            }
        };

        private final String stream;
        private final String check;

        Kind(String stream, String check) {
            this.stream = stream;
            this.check = check;
        }

        /** The value of the stream's entity field. */
        abstract String entity(int entity);

        /** An event of it; the number is one that no other event of this entity has. */
        abstract String event(int entity, long number);
    }

    /**
     * What a drain took.
     *
     * @param perSecond events a second, from the moment that the backlog was there
     * @param weirMicros processor time of all nodes for an event
     * @param postgresMicros the same of all of PostgreSQL
     * @param redisMicros the same of Redis
     */
    record Result(double perSecond, double weirMicros, double postgresMicros, double redisMicros) {}

    private final Servers servers;
    private final Kind kind;
    private final StreamDefinition definition;
    private final List<List<Integer>> entities = new ArrayList<>();
    private long number;

    private ScaleOut(Servers servers, Kind kind, Path streams) throws IOException {
        this.servers = servers;
        this.kind = kind;
        this.definition = divided(streams.resolve(kind.stream + ".conf"));
        for (int partition = 0; partition < PARTITIONS; partition++) {
            entities.add(new ArrayList<>());
        }
        for (int entity = 0; entity < ENTITIES; entity++) {
            entities.get(Partitioner.partitionOf(definition, kind.entity(entity), null))
                    .add(entity);
        }
    }

    /** Drains {@code events} with so many nodes that are warm and have their partitions. */
    static Result run(Servers servers, Kind kind, int nodes, int events, Path directory, IntFunction<Path> logs)
            throws Exception {
        servers.reset();
        Path home = home(Files.createDirectories(directory.resolve(kind + "-" + nodes)));
        ScaleOut drain = new ScaleOut(servers, kind, home.resolve("conf").resolve("streams"));
        List<ServerProcess> running = new ArrayList<>();
        int seed = FreePort.on("127.0.0.1");
        try (Progress progress = new Progress(servers, kind.stream)) {
            for (int node = 1; node <= nodes; node++) {
                running.add(ServerProcess.node(servers, node, seed, home, logs.apply(node)));
            }
            drain.awaitOwners(progress, nodes);
            drain.backlog(events / 2);
            progress.await(drain.number * ENTITIES, TIMEOUT);
            return drain.measured(progress, running, events);
        } finally {
            running.forEach(ServerProcess::close);
        }
    }

    private Result measured(Progress progress, List<ServerProcess> nodes, int events) throws SQLException {
        List<ProcessHandle> weir =
                nodes.stream().map(node -> node.process().toHandle()).toList();
        long before = number * ENTITIES;
        long weirNanos = -cpuNanos(weir.stream());
        long postgresNanos = -cpuNanos(servers.postgresProcesses());
        long redisNanos = -cpuNanos(servers.redisProcess());
        long began = backlog(events);
        long sent = number * ENTITIES - before;
        long ended = progress.await(number * ENTITIES, TIMEOUT).nanos();
        weirNanos += cpuNanos(weir.stream());
        postgresNanos += cpuNanos(servers.postgresProcesses());
        redisNanos += cpuNanos(servers.redisProcess());
        long counted = progress.number(kind.check);
        if (counted != number * ENTITIES) {
            throw new IllegalStateException(kind.check + " gave " + counted + ", " + number * ENTITIES + " were sent");
        }
        return new Result(
                sent * 1e9 / (ended - began),
                weirNanos / 1e3 / sent,
                postgresNanos / 1e3 / sent,
                redisNanos / 1e3 / sent);
    }

    /** Every node runs some partition of the stream. */
    private void awaitOwners(Progress progress, int nodes) throws SQLException {
        long deadline = System.nanoTime() + TIMEOUT.toNanos();
        String owners = "SELECT count(DISTINCT owner) * 1000 + count(*) FROM stream_cursor WHERE stream = '"
                + kind.stream + "' AND epoch > 0";
        while (progress.number(owners) != nodes * 1000L + PARTITIONS) {
            if (System.nanoTime() > deadline) {
                throw new IllegalStateException(nodes + " nodes did not divide the partitions of " + kind.stream);
            }
            Servers.pause();
        }
    }

    /** Writes a backlog aside and puts it in the partitions' place at once. Returns when, in nanoseconds. */
    private long backlog(int events) {
        long rounds = events / ENTITIES;
        try (RedisClient client = servers.redis()) {
            for (int partition = 0; partition < PARTITIONS; partition++) {
                write(client, "backlog:" + partition, entities.get(partition), number, rounds);
            }
            number += rounds;
            long began = System.nanoTime();
            for (int partition = 0; partition < PARTITIONS; partition++) {
                client.call("RENAME", "backlog:" + partition, definition.partitionKey(partition));
            }
            return began;
        }
    }

    private void write(RedisClient client, String key, List<Integer> own, long from, long rounds) {
        List<String> words = new ArrayList<>();
        int entries = 0;
        for (long round = from; round < from + rounds; round++) {
            for (int entity : own) {
                if (words.isEmpty()) {
                    words.addAll(List.of("XADD", key, "*"));
                }
                words.add("e");
                words.add(kind.event(entity, round));
                if (words.size() == 3 + 2 * ENTRY_EVENTS) {
                    client.send(words.toArray(String[]::new));
                    words.clear();
                    if (++entries % 64 == 0) {
                        client.drain();
                    }
                }
            }
        }
        if (!words.isEmpty()) {
            client.send(words.toArray(String[]::new));
        }
        client.drain();
    }

    private static long cpuNanos(Stream<ProcessHandle> processes) {
        return processes
                .flatMap(process -> process.info().totalCpuDuration().stream())
                .mapToLong(Duration::toNanos)
                .sum();
    }

    /** A copy of the configuration that ships, its streams divided. */
    private static Path home(Path directory) throws IOException {
        Path streams = Files.createDirectories(directory.resolve("conf").resolve("streams"));
        for (Kind kind : Kind.values()) {
            String file = kind.stream + ".conf";
            Files.writeString(
                    streams.resolve(file),
                    Files.readString(Path.of("conf", "streams", file)) + "\nweir.streams." + kind.stream
                            + ".partitions = " + PARTITIONS + "\n");
        }
        // clicks on short links have no stream here
        Files.writeString(directory.resolve("conf").resolve("weir.conf"), "weir.links.enabled = false\n");
        Files.copy(Path.of("conf", "logback.xml"), directory.resolve("conf").resolve("logback.xml"));
        return directory;
    }

    private static StreamDefinition divided(Path file) throws IOException {
        var parsed = DefinitionFiles.parseAll(
                List.of(new DefinitionFiles.Text(file.toString(), Files.readString(file))),
                ConfigFactory.parseResources("defaults.conf").resolve().getConfig("weir.stream-defaults"));
        if (!parsed.faults().isEmpty()) {
            throw new IllegalStateException(parsed.faults().toString());
        }
        return parsed.definitions().getFirst();
    }
}
