package io.weir.chaos;

import io.weir.embedded.EmbeddedPostgresServer;
import io.weir.testkit.FaultProxy;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;

/** PostgreSQL ends, answers no more, lags behind, or is in somebody else's hands. */
final class PostgresFaults {
    private static final Duration START_TIMEOUT = Duration.ofSeconds(60);
    private static final Duration CUT_TIMEOUT = Duration.ofSeconds(10);

    private PostgresFaults() {}

    static List<Scenario> all() {
        return List.of(
                Scenario.of("postgres-stop", "immediate stop of PostgreSQL, restart", 2, 60, PostgresFaults::stop),
                Scenario.of(
                        "commit-cut",
                        "connection cut at COMMIT five times, before PostgreSQL has it and before its answer",
                        3,
                        25,
                        PostgresFaults::cutAtCommit),
                Scenario.of(
                                "standby-failover",
                                "PostgreSQL fails over to a standby that lagged, by less than the retention",
                                1,
                                10,
                                PostgresFaults::failOver)
                        .withRetention(Duration.ofMinutes(5)),
                Scenario.of(
                        "deadlock",
                        "a foreign transaction locks the counters' rows in another order",
                        1,
                        20,
                        PostgresFaults::deadlock));
    }

    private static void stop(Site site, Random random, Repetition repetition) throws Exception {
        Faults.loadEvents(site, 50 + random.nextInt(1_500));
        site.postgres().stopImmediately();
        Faults.loadFor(random.nextInt(1_500));
        site.postgres().restart();
        Faults.loadEvents(site, 200);
    }

    private static void cutAtCommit(Site site, Random random, Repetition repetition) throws Exception {
        int lostAnswers = 0;
        for (int time = 0; time < 5; time++) {
            Faults.loadFor(random.nextInt(400));
            if (random.nextBoolean()) {
                lostAnswers++;
                site.postgresProxy().cutAnswerTo("COMMIT");
            } else {
                site.postgresProxy().cutBefore("COMMIT");
            }
            long deadline = System.nanoTime() + CUT_TIMEOUT.toNanos();
            while (site.postgresProxy().waitsToCut()) {
                if (System.nanoTime() > deadline) {
                    throw new IllegalStateException("no COMMIT came within " + CUT_TIMEOUT);
                }
                Thread.sleep(5);
            }
        }
        repetition.note(lostAnswers + " of 5 answers lost");
        Faults.loadEvents(site, 100);
    }

    /**
     * The standby is made from a copy of the stopped primary, follows it, is cut off for a while, and takes over. The
     * cursor goes back together with what it stands for, and what Redis still holds from there on is applied again.
     */
    private static void failOver(Site site, Random random, Repetition repetition) throws Exception {
        EmbeddedPostgresServer primary = site.postgres();
        if (!site.query("SHOW wal_level").equals("replica")) {
            site.execute("ALTER SYSTEM SET wal_level = 'replica'");
            site.execute("ALTER SYSTEM SET max_wal_senders = 4");
            site.execute("ALTER SYSTEM SET hot_standby = on");
            // the copy must hold nothing of the time before
            primary.stop();
            primary.restart();
        }
        primary.stop();
        Path copy = site.directory().resolve("postgres-" + repetition.number());
        copyTree(site.dataDirectory(), copy);
        primary.restart();
        try (FaultProxy replication = new FaultProxy(primary.port())) {
            Files.writeString(copy.resolve("standby.signal"), "");
            Files.writeString(
                    copy.resolve("postgresql.auto.conf"),
                    "wal_level = 'replica'\nmax_wal_senders = 4\nhot_standby = on\nprimary_conninfo = "
                            + "'host=127.0.0.1 user=postgres port=" + replication.port() + "'\n");
            EmbeddedPostgresServer standby = EmbeddedPostgresServer.start(copy, 0, START_TIMEOUT);
            awaitStreaming(site);
            Faults.loadEvents(site, 500 + random.nextInt(1_000));
            replication.hold(true);
            int lag = 300 + random.nextInt(2_000);
            Faults.loadFor(lag);
            repetition.note("the standby lagged by " + lag + " ms");
            site.postgresProxy().refuse(true);
            primary.stopImmediately();
            replication.cut();
            promote(standby);
            site.replacePostgres(standby, copy);
            site.postgresProxy().refuse(false);
            primary.close();
        }
        Faults.loadEvents(site, 500);
    }

    private static void awaitStreaming(Site site) throws SQLException, InterruptedException {
        long deadline = System.nanoTime() + START_TIMEOUT.toNanos();
        while (!site.query("SELECT state FROM pg_stat_replication").equals("streaming")) {
            if (System.nanoTime() > deadline) {
                throw new IllegalStateException("the standby does not follow");
            }
            Thread.sleep(50);
        }
    }

    private static void promote(EmbeddedPostgresServer standby) throws SQLException {
        try (Connection connection = java.sql.DriverManager.getConnection(standby.jdbcUrl());
                Statement statement = connection.createStatement()) {
            statement.execute("SELECT pg_promote(true, 30)");
        }
    }

    private static void deadlock(Site site, Random random, Repetition repetition) throws Exception {
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(3_000);
        int transactions = 0;
        int aborted = 0;
        while (System.nanoTime() < end) {
            EventStream stream = EventStream.ALL.get(random.nextInt(EventStream.ALL.size()));
            try (Connection connection = site.openDatabase();
                    Statement statement = connection.createStatement()) {
                connection.setAutoCommit(false);
                // now this one notices first, now Weir does
                statement.execute("SET LOCAL deadlock_timeout = '" + (random.nextBoolean() ? 100 : 10_000) + "ms'");
                transactions++;
                // Weir goes through them in ascending order
                for (String entity : List.of("e9", "e5", "e30", "e20", "e10", "e0")) {
                    statement.execute(
                            "UPDATE " + stream.counters() + " SET amount = amount WHERE id = '" + entity + "'");
                    Thread.sleep(random.nextInt(60));
                }
                connection.commit();
            } catch (SQLException victim) {
                aborted++;
            }
        }
        repetition.note(transactions + " foreign transactions, of which " + aborted + " were aborted");
    }

    private static void copyTree(Path from, Path to) throws IOException {
        Files.walkFileTree(from, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes)
                    throws IOException {
                Path target = to.resolve(from.relativize(directory));
                Files.createDirectories(target);
                Files.setPosixFilePermissions(target, Files.getPosixFilePermissions(directory));
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Files.copy(file, to.resolve(from.relativize(file)), java.nio.file.StandardCopyOption.COPY_ATTRIBUTES);
                return FileVisitResult.CONTINUE;
            }
        });
    }
}
