package io.weir.chaos;

import io.weir.bench.RedisClient;
import io.weir.embedded.EmbeddedRedisServer;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;

/** Redis ends, loses what it had, or forgets who reads. */
final class RedisFaults {
    private static final int MAX_CUT_BYTES = 60_000;

    private RedisFaults() {}

    static List<Scenario> all() {
        return List.of(
                Scenario.of("redis-kill", "SIGKILL of Redis (everysec), restart", 2, 60, RedisFaults::kill),
                Scenario.of(
                        "redis-kill-always",
                        "SIGKILL of Redis (appendfsync always), restart",
                        1,
                        20,
                        RedisFaults::killWhenAllIsOnDisk),
                Scenario.of(
                        "aof-cut",
                        "power failure of Redis' machine: the end of its file is gone",
                        2,
                        40,
                        RedisFaults::cutFile),
                Scenario.of(
                        "replica-promotion", "Redis fails over to a replica that lagged", 1, 20, RedisFaults::promote),
                Scenario.of(
                        "group-lost",
                        "consumer group destroyed, consumer deleted, by hand",
                        1,
                        20,
                        RedisFaults::loseGroup),
                Scenario.of("flushall", "FLUSHALL by hand", 1, 20, RedisFaults::flush));
    }

    /**
     * Redis writes what it was told to its file before it answers, but not while an fsync of that file is under way: then it
     * keeps it in memory for up to two seconds. So a kill may lose that, and nothing else.
     */
    private static void kill(Site site, Random random, Repetition repetition) throws Exception {
        Faults.loadEvents(site, 50 + random.nextInt(1_500));
        // nobody may reach Redis before it was seen what it has left
        site.redisProxy().refuse(true);
        site.redis().kill();
        Faults.loadFor(random.nextInt(1_500));
        site.redis().restart();
        Survivors.excuseTheOthers(site, repetition);
        site.redisProxy().refuse(false);
        Faults.loadEvents(site, 200);
    }

    private static void killWhenAllIsOnDisk(Site site, Random random, Repetition repetition) throws Exception {
        try (RedisClient client = site.openRedis()) {
            client.call("CONFIG", "SET", "appendfsync", "always");
        }
        Faults.loadEvents(site, 50 + random.nextInt(1_500));
        site.redis().kill();
        Faults.loadFor(random.nextInt(1_500));
        site.redis().restart();
        Faults.loadEvents(site, 200);
    }

    private static void cutFile(Site site, Random random, Repetition repetition) throws Exception {
        Faults.loadEvents(site, 500 + random.nextInt(2_000));
        // nobody may reach Redis before it was seen what it has left
        site.redisProxy().refuse(true);
        site.redis().kill();
        Path file = newestFile(site.redisHome());
        long cut = 1L + random.nextInt(MAX_CUT_BYTES);
        try (RandomAccessFile log = new RandomAccessFile(file.toFile(), "rw")) {
            log.setLength(Math.max(0, log.length() - cut));
        }
        site.redis().restart();
        repetition.note(cut + " bytes cut");
        Survivors.excuseTheOthers(site, repetition);
        site.redisProxy().refuse(false);
        Faults.loadEvents(site, 500);
    }

    private static Path newestFile(Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            return files.filter(file -> file.toString().endsWith(".incr.aof"))
                    .max(Comparator.comparingLong(file -> file.toFile().lastModified()))
                    .orElseThrow();
        }
    }

    private static void promote(Site site, Random random, Repetition repetition) throws Exception {
        EmbeddedRedisServer primary = site.redis();
        Path itsData = site.directory().resolve("redis-" + repetition.number());
        EmbeddedRedisServer replica = EmbeddedRedisServer.start(itsData, 0, Duration.ofSeconds(30));
        try (ReplicationLink link = ReplicationLink.to(primary.port());
                RedisClient client = new RedisClient("127.0.0.1", replica.port())) {
            client.call("CONFIG", "SET", "repl-diskless-sync-delay", "0");
            client.call("REPLICAOF", "127.0.0.1", Integer.toString(link.port()));
            link.awaitUp(client);
            Faults.loadEvents(site, 200 + random.nextInt(1_500));
            link.hold();
            Faults.loadFor(200 + random.nextInt(800));
            site.redisProxy().refuse(true);
            primary.kill();
            client.call("REPLICAOF", "NO", "ONE");
        }
        site.replaceRedis(replica, itsData);
        Survivors.excuseTheOthers(site, repetition);
        site.redisProxy().refuse(false);
        Faults.loadEvents(site, 500);
    }

    private static void loseGroup(Site site, Random random, Repetition repetition) throws Exception {
        for (int time = 0; time < 4; time++) {
            Faults.loadEvents(site, 50 + random.nextInt(1_000));
            try (RedisClient client = site.openRedis()) {
                boolean whole = random.nextBoolean();
                // the groups' names are Weir's own affair, so they are asked for
                String script = """
                    local done = 0
                    for _, key in ipairs(KEYS) do
                      if redis.call('EXISTS', key) == 1 then
                        for _, group in ipairs(redis.call('XINFO', 'GROUPS', key)) do
                          if ARGV[1] == 'group' then
                            done = done + redis.call('XGROUP', 'DESTROY', key, group[2])
                          else
                            redis.call('XGROUP', 'DELCONSUMER', key, group[2], 'weir')
                            done = done + 1
                          end
                        end
                      end
                    end
                    return done
                    """;
                List<String> keys = Survivors.keys();
                Stream<String> command = Stream.of(
                                Stream.of("EVAL", script, Integer.toString(keys.size())),
                                keys.stream(),
                                Stream.of(whole ? "group" : "consumer"))
                        .flatMap(words -> words);
                repetition.note(client.call(command.toArray(String[]::new))
                        + (whole ? " groups destroyed" : " consumers deleted"));
            }
        }
        Faults.loadEvents(site, 100);
    }

    private static void flush(Site site, Random random, Repetition repetition) throws Exception {
        Faults.loadEvents(site, 200 + random.nextInt(2_000));
        // no request may be under way, or nobody could tell whether it came before or after
        site.redisProxy().refuse(true);
        try (RedisClient client = site.openRedis()) {
            client.call("FLUSHALL");
        } catch (UncheckedIOException problem) {
            throw new IllegalStateException("FLUSHALL failed", problem);
        }
        Survivors.excuseTheOthers(site, repetition);
        site.redisProxy().refuse(false);
        Faults.loadEvents(site, 500);
    }
}
