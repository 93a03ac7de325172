package io.weir.chaos;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Breaks things under load and counts afterwards: {@code src/chaos/run}. See {@code src/chaos/README.md}. */
@Command(
        name = "src/chaos/run",
        mixinStandardHelpOptions = true,
        description = "Breaks Weir, Redis and PostgreSQL under load and counts afterwards.")
final class Chaos implements Callable<Integer> {
    private static final Path TARGET = Path.of("target", "chaos");

    @Parameters(
            arity = "0..*",
            paramLabel = "short|full|table|SCENARIO",
            description = "how long, then which; without names all. \"table\" prints what was found so far")
    private List<String> words = List.of();

    @Option(names = "--seed", description = "of everything that is chosen at random; printed at the beginning")
    private @Nullable Long seed;

    @Option(names = "--repetitions", description = "of each scenario, instead of what short and full say")
    private @Nullable Integer repetitions;

    @Override
    public Integer call() throws Exception {
        Files.createDirectories(TARGET);
        Results results = new Results(TARGET.resolve("results.csv"));
        List<String> names = new ArrayList<>(words);
        if (names.equals(List.of("table"))) {
            System.out.print(Results.table(results.read(), Faults.all()));
            return 0;
        }
        boolean full = !names.isEmpty() && names.getFirst().equals("full");
        if (full || (!names.isEmpty() && names.getFirst().equals("short"))) {
            names.removeFirst();
        }
        List<String> known = Faults.all().stream().map(Scenario::name).toList();
        if (!known.containsAll(names)) {
            System.err.println("known scenarios: " + String.join(", ", known));
            return 2;
        }
        long chosen = seed == null ? ThreadLocalRandom.current().nextLong(1_000_000_000) : seed;
        System.out.println("seed " + chosen);
        return run(names, full, chosen, results) ? 0 : 1;
    }

    private boolean run(List<String> names, boolean full, long chosen, Results results) throws Exception {
        boolean exact = true;
        int before = results.read().size();
        try (Sites sites = new Sites(TARGET, chosen)) {
            for (Scenario scenario : Faults.all()) {
                int usual = full ? scenario.full() : scenario.brief();
                int times = repetitions != null ? repetitions : names.isEmpty() ? usual : Math.max(1, usual);
                if (names.isEmpty() ? times == 0 : !names.contains(scenario.name())) {
                    continue;
                }
                System.out.println(scenario.name() + ": " + scenario.what());
                if (scenario.disk() != SmallDisk.Of.NOBODY && !SmallDisk.isPossible()) {
                    System.out.println("  SKIPPED: a disk of its own can be mounted by root only");
                    continue;
                }
                exact &= run(new Run(scenario, chosen, times, results), scenario, sites);
            }
        }
        System.out.println();
        System.out.print(
                Results.table(results.read().subList(before, results.read().size()), Faults.all()));
        System.out.println(exact ? "exact" : "NOT EXACT");
        return exact;
    }

    private static boolean run(Run run, Scenario scenario, Sites sites) {
        boolean exact = false;
        try {
            exact = run.run(sites.of(scenario));
        } catch (Exception failed) {
            System.out.println("  failed: " + failed);
            failed.printStackTrace();
        }
        if (!exact) {
            sites.leave();
        }
        return exact;
    }

    public static void main(String[] arguments) {
        // threads of a database's client may linger
        System.exit(new CommandLine(new Chaos()).execute(arguments));
    }
}
