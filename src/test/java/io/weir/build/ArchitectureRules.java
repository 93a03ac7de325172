package io.weir.build;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.library.dependencies.SlicesRuleDefinition;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * What may import what. The rules hold for the packages below a root, so that the same rules can be tried on classes
 * that break them on purpose.
 */
final class ArchitectureRules {
    private static final List<String> LEAVES = List.of("event", "definition", "settings", "fault", "logging");
    private static final List<String> FEATURES = List.of("link", "notify", "limit", "live", "letter", "alert", "query");
    private static final List<String> EDGES = List.of("cluster", "ops", "dashboard");

    /** Each package with those it may import; the order is that of the layers. */
    static final Map<String, Set<String>> MAY_IMPORT = mayImport();

    private ArchitectureRules() {}

    private static Map<String, Set<String>> mayImport() {
        Map<String, Set<String>> allowed = new LinkedHashMap<>();
        Set<String> leaves = new TreeSet<>(LEAVES);
        Set<String> lower = new TreeSet<>(LEAVES);
        lower.addAll(FEATURES);
        Set<String> low = new TreeSet<>(lower);
        low.addAll(EDGES);
        allowed.put("cli", with(low, "embedded", "http", "compat", "log", "pipeline", "store"));
        allowed.put("embedded", leaves);
        allowed.put("http", with(low, "compat", "enrich", "log", "replay"));
        allowed.put("compat", with(low, "log"));
        allowed.put("log", with(leaves, "redis"));
        allowed.put("pipeline", with(low, "log", "store"));
        // the port that the store implements stands with what uses it
        allowed.put("replay", with(leaves, "log"));
        // and so do those of letters, links and rollups, which only the store can keep
        allowed.put("store", with(leaves, "letter", "link", "replay", "query"));
        FEATURES.forEach(feature -> allowed.put(feature, with(leaves, "redis")));
        EDGES.forEach(edge -> allowed.put(edge, lower));
        allowed.put("enrich", leaves);
        allowed.put("scheduling", Set.of());
        allowed.put("redis", Set.of("settings"));
        allowed.put("event", Set.of("definition", "settings"));
        allowed.put("definition", Set.of("settings"));
        allowed.put("settings", Set.of());
        allowed.put("fault", Set.of());
        allowed.put("logging", Set.of());
        return allowed;
    }

    private static Set<String> with(Set<String> packages, String... more) {
        Set<String> all = new TreeSet<>(packages);
        all.addAll(List.of(more));
        return all;
    }

    /** A package imports only what stands to its right or below it. */
    static ArchRule layer(String root, String importer) {
        String[] allowed = Stream.concat(Stream.of(importer), MAY_IMPORT.get(importer).stream())
                .map(name -> root + "." + name + "..")
                .toArray(String[]::new);
        return classes()
                .that()
                .resideInAPackage(root + "." + importer + "..")
                .should()
                .onlyDependOnClassesThat(not(resideInAPackage(root + "..")).or(resideInAnyPackage(allowed)))
                .allowEmptyShould(true);
    }

    /** No circle of packages, whatever the layers allow. */
    static ArchRule noCycles(String root) {
        return SlicesRuleDefinition.slices().matching(root + ".(*)..").should().beFreeOfCycles();
    }

    /** Only who carries events through Redis, or coordinates through it, speaks Redis. */
    static ArchRule redis(String root) {
        return onlyIn(root, List.of("redis", "log", "limit", "link", "notify", "embedded"), "io.lettuce..");
    }

    /** Only the store speaks SQL. */
    static ArchRule sql(String root) {
        return onlyIn(
                root,
                List.of("store", "embedded"),
                "java.sql..",
                "javax.sql..",
                "com.zaxxer..",
                "org.postgresql..",
                "org.flywaydb..");
    }

    /** Only {@code embedded} knows the servers that Weir can bring along. */
    static ArchRule embeddedServers(String root) {
        return onlyIn(root, List.of("embedded"), "redis.embedded..", "io.zonky..");
    }

    /** How nodes find each other is the cluster's alone, which loads it only where it is asked for. */
    static ArchRule discovery(String root) {
        return onlyIn(root, List.of("cluster"), "org.apache.pekko.discovery..", "org.apache.pekko.management..");
    }

    /** Events, definitions and settings are values: no actors, no network, no files of the channel kind, no database. */
    static ArchRule leavesAreValues(String root) {
        return noClasses()
                .that()
                .resideInAnyPackage(packages(root, LEAVES))
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "org.apache.pekko..",
                        "java.net.http..",
                        "java.nio.channels..",
                        "java.sql..",
                        "javax.sql..",
                        "com.zaxxer..",
                        "io.lettuce..",
                        "io.netty..")
                .allowEmptyShould(true);
    }

    /** Main and the Guardian see everything and are seen by nobody. */
    static ArchRule nobodyImportsTheTop(String root) {
        return noClasses()
                .that()
                .resideOutsideOfPackage(root)
                .should()
                .dependOnClassesThat()
                .resideInAPackage(root)
                .allowEmptyShould(true);
    }

    private static ArchRule onlyIn(String root, List<String> allowed, String... libraries) {
        return noClasses()
                .that()
                .resideOutsideOfPackages(packages(root, allowed))
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(libraries)
                .allowEmptyShould(true);
    }

    private static String[] packages(String root, List<String> names) {
        return names.stream().map(name -> root + "." + name + "..").toArray(String[]::new);
    }
}
