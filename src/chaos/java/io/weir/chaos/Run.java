package io.weir.chaos;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** Repetitions of one scenario. After each, everything is committed and counted. */
final class Run {
    private static final Duration DRAIN_TIMEOUT = Duration.ofSeconds(60);

    private final Scenario scenario;
    private final long seed;
    private final int repetitions;
    private final Results results;

    Run(Scenario scenario, long seed, int repetitions, Results results) {
        this.scenario = scenario;
        this.seed = seed;
        this.repetitions = repetitions;
        this.results = results;
    }

    /** Runs them; false when anything was lost, doubled or otherwise wrong. */
    boolean run(Site site) throws Exception {
        for (int number = 0; number < repetitions; number++) {
            if (!repeat(site, number)) {
                // what is wrong stays so, and would be found again after each further repetition
                System.out.println("  not exact: stopping this scenario; logs and ledger are in " + site.logs());
                return false;
            }
        }
        return wholeCheck(site);
    }

    private boolean repeat(Site site, int number) throws Exception {
        // a repetition can be had again alone: its own seed follows from the run's
        Random random = Faults.random(seed, number);
        List<String> findings = new ArrayList<>();
        site.startWeirs();
        Repetition repetition = new Repetition(number, site.ledger().sizes());
        site.watch().begin();
        site.driver().resume(scenario.load());
        try {
            scenario.fault().inject(site, random, repetition);
        } catch (IllegalStateException failed) {
            findings.add(failed.toString());
        } finally {
            site.driver().pause();
        }
        site.redisProxy().heal();
        site.postgresProxy().heal();
        if (!site.watch().awaitDrained(DRAIN_TIMEOUT)) {
            findings.add("not all was committed within " + DRAIN_TIMEOUT + ": "
                    + site.watch().describe());
        }
        Duration stall = site.watch().longestStall();
        Verdict verdict;
        long lostWithServer;
        try (Connection database = site.openDatabase()) {
            verdict = Checker.check(database, site.ledger(), repetition.first());
            lostWithServer = lostWithServer(database, repetition);
        }
        findings.addAll(verdict.findings());
        Results.Line line = new Results.Line(
                scenario.name(),
                seed,
                number,
                verdict.events(),
                verdict.lost(),
                verdict.doubled(),
                lostWithServer,
                stall,
                findings.isEmpty(),
                repetition.takeovers(),
                repetition.notes());
        results.append(line);
        System.out.printf(
                "  %d/%d: %,d events, %d lost, %d doubled, %slongest stall %.1f s%s%s%n",
                number + 1,
                repetitions,
                line.events(),
                line.lost(),
                line.doubled(),
                line.lostWithServer() == 0 ? "" : line.lostWithServer() + " lost by a server, ",
                stall.toMillis() / 1000.0,
                line.takeovers().isEmpty() ? "" : ", takeovers " + Takeovers.inWords(line.takeovers()),
                repetition.notes().isEmpty() ? "" : "; " + repetition.notes());
        findings.forEach(finding -> System.out.println("    " + finding));
        return findings.isEmpty();
    }

    /** How many events with rows a server lost that it had accepted; without rows nobody can count them. */
    private static long lostWithServer(Connection database, Repetition repetition) throws SQLException {
        long lost = 0;
        for (EventStream stream : EventStream.ALL) {
            List<Integer> excused = repetition.excused(stream);
            if (stream.hasRows() && !excused.isEmpty()) {
                Stored stored = Checker.read(database, stream, repetition.first(stream));
                lost += excused.stream().filter(event -> !stored.has(event)).count();
            }
        }
        return lost;
    }

    /** Every event of all repetitions, for what may have come late. */
    private boolean wholeCheck(Site site) throws Exception {
        try (Connection database = site.openDatabase()) {
            Verdict verdict = Checker.check(database, site.ledger(), Map.of());
            verdict.findings().forEach(finding -> System.out.println("    in the end: " + finding));
            return verdict.isExact();
        }
    }
}
