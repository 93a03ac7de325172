package io.weir.simulation;

import java.io.File;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Changes a copy of the sources as a file says, one mutation at a time, and runs the suite that is to notice. Fails when
 * one is not noticed, does not apply or does not compile. Run from its source: see {@code src/chaos/mutate}.
 */
final class Mutate {
    /** A change, and the arguments of the suite that is to notice it. */
    private record Mutation(String name, List<String> suite, List<Edit> edits) {}

    /** Text that stands once in a file, and what takes its place. */
    private record Edit(String file, String search, String replace) {}

    /** How a command ended, and what it said. */
    private record Ended(int status, String output, double seconds) {}

    private static final PrintStream OUT = System.out;
    private static final List<String> COPIED =
            List.of("pom.xml", "conf", "src/main", "src/test/java", "src/test/resources");
    private static final long TIMEOUT_SECONDS = 600;
    private static final int RED = 1;

    private final Path copy;
    private final String classpath;
    private final Path java = Path.of(System.getProperty("java.home"), "bin");

    private Mutate(Path copy, String classpath) {
        this.copy = copy;
        this.classpath = classpath;
    }

    public static void main(String[] args) throws IOException, InterruptedException {
        List<Mutation> mutations = parse(Files.readAllLines(Path.of(args[0])));
        if (args.length > 2) {
            mutations.removeIf(mutation -> !mutation.name().contains(args[2]));
        }
        Path copy = Files.createTempDirectory("weir-mutate");
        boolean passed;
        try {
            for (String name : COPIED) {
                copyTree(Path.of(name), copy.resolve(name));
            }
            passed = new Mutate(copy, Files.readString(Path.of(args[1])).strip()).run(mutations);
        } finally {
            delete(copy);
        }
        System.exit(passed ? 0 : 1);
    }

    private boolean run(List<Mutation> mutations) throws IOException, InterruptedException {
        boolean passed = !mutations.isEmpty();
        OUT.printf("%-44s %-46s %s%n", "mutation", "suite", "result");
        Ended compiled = compileAll();
        if (compiled.status() != 0) {
            OUT.println(compiled.output());
            return false;
        }
        for (List<String> suite :
                mutations.stream().map(Mutation::suite).distinct().toList()) {
            String result = describe(runSuite(suite), 0);
            passed &= result.startsWith("green");
            OUT.printf("%-44s %-46s %s%n", "(none)", String.join(" ", suite), result);
        }
        if (!passed) {
            OUT.println("FAILED: a suite that is red without a mutation says nothing");
            return false;
        }
        for (Mutation mutation : mutations) {
            String result = mutated(mutation);
            passed &= result.startsWith("red");
            OUT.printf("%-44s %-46s %s%n", mutation.name(), String.join(" ", mutation.suite()), result);
        }
        OUT.println(passed ? "every mutation was noticed" : "FAILED");
        return passed;
    }

    private String mutated(Mutation mutation) throws IOException, InterruptedException {
        List<String> originals = new ArrayList<>();
        List<String> files =
                mutation.edits().stream().map(Edit::file).distinct().toList();
        try {
            for (Edit edit : mutation.edits()) {
                Path file = copy.resolve(edit.file());
                String source = Files.exists(file) ? Files.readString(file) : "";
                int found = source.split(Pattern.quote(edit.search()), -1).length - 1;
                if (found != 1) {
                    return "DOES NOT APPLY: its text stands " + found + " times in " + edit.file();
                }
                originals.add(source);
                Files.writeString(file, source.replace(edit.search(), edit.replace()));
            }
            Ended compiled = compile(files);
            return compiled.status() == 0
                    ? describe(runSuite(mutation.suite()), RED)
                    : "DOES NOT COMPILE\n" + compiled.output();
        } finally {
            for (int i = originals.size() - 1; i >= 0; i--) {
                Files.writeString(copy.resolve(mutation.edits().get(i).file()), originals.get(i));
            }
            if (!originals.isEmpty()) {
                compile(files);
            }
        }
    }

    private Ended runSuite(List<String> suite) throws IOException, InterruptedException {
        return suite.getFirst().equals("simulation") ? simulate(suite.get(1)) : test(suite.get(1));
    }

    private static String describe(Ended ended, int wanted) {
        String colour = ended.status() == 0 ? "green" : ended.status() == RED ? "red" : "BROKEN";
        String result = String.format("%s in %.1f s", colour, ended.seconds());
        if (ended.status() == RED && wanted == RED) {
            return result
                    + ended.output()
                            .lines()
                            .filter(line -> line.startsWith("  seed ") || line.startsWith("[ERROR]   "))
                            .findFirst()
                            .map(line -> ": " + line.strip())
                            .orElse("");
        }
        return ended.status() == wanted ? result : (wanted == RED ? "SURVIVED, " : "") + result + "\n" + ended.output();
    }

    private Ended compileAll() throws IOException, InterruptedException {
        copyTree(copy.resolve("src/main/resources"), Files.createDirectories(copy.resolve("target/classes")));
        copyTree(copy.resolve("src/test/resources"), Files.createDirectories(copy.resolve("target/test-classes")));
        Ended main = javac("target/classes", sources("src/main/java"));
        return main.status() == 0 ? javac("target/test-classes", sources("src/test/java")) : main;
    }

    /** Brings changed files, sources or resources, to the classes. */
    private Ended compile(List<String> files) throws IOException, InterruptedException {
        String resources = "src/main/resources/";
        for (String file : files) {
            if (file.startsWith(resources)) {
                Path target = copy.resolve("target/classes").resolve(file.substring(resources.length()));
                Files.copy(copy.resolve(file), target, StandardCopyOption.REPLACE_EXISTING);
            }
        }
        return javac(
                "target/classes",
                files.stream().filter(file -> file.endsWith(".java")).toList());
    }

    private Ended javac(String into, List<String> sources) throws IOException, InterruptedException {
        if (sources.isEmpty()) {
            return new Ended(0, "", 0);
        }
        List<String> command = new ArrayList<>(
                List.of(java.resolve("javac").toString(), "-proc:none", "-nowarn", "-implicit:none", "-d", into));
        command.addAll(List.of("-cp", String.join(File.pathSeparator, "target/classes", classpath)));
        command.addAll(sources);
        return execute(command);
    }

    private List<String> sources(String below) throws IOException {
        try (Stream<Path> files = Files.walk(copy.resolve(below))) {
            return files.map(file -> copy.relativize(file).toString())
                    .filter(name -> name.endsWith(".java"))
                    .toList();
        }
    }

    private Ended simulate(String schedules) throws IOException, InterruptedException {
        return execute(List.of(
                java.resolve("java").toString(),
                "-Xmx512m",
                "-XX:+UseParallelGC",
                "-cp",
                String.join(File.pathSeparator, "target/test-classes", "target/classes", classpath),
                "io.weir.simulation.Simulate",
                schedules,
                "1",
                "2",
                "first"));
    }

    /** Maven runs what was compiled here: its own compiler would refuse code that has become useless. */
    private Ended test(String classes) throws IOException, InterruptedException {
        return execute(List.of("mvn", "-B", "-Dstyle.color=never", "-Dtest=" + classes, "surefire:test"));
    }

    private Ended execute(List<String> command) throws IOException, InterruptedException {
        long began = System.nanoTime();
        Path output = copy.resolve("output");
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(copy.toFile())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile());
        // a goal that is named alone does not look for the JDK that the build chooses
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        Process process = builder.start();
        boolean ended = process.waitFor(TIMEOUT_SECONDS, TimeUnit.SECONDS);
        if (!ended) {
            process.destroyForcibly().waitFor();
        }
        return new Ended(ended ? process.exitValue() : -1, Files.readString(output), (System.nanoTime() - began) / 1e9);
    }

    /** Reads mutations as the file itself explains. */
    private static List<Mutation> parse(List<String> lines) {
        List<Mutation> mutations = new ArrayList<>();
        String file = "";
        StringBuilder search = new StringBuilder();
        StringBuilder text = null;
        for (String line : lines) {
            if (line.startsWith("== ")) {
                mutations.add(new Mutation(line.substring(3).strip(), new ArrayList<>(), new ArrayList<>()));
            } else if (line.startsWith("suite ")) {
                mutations
                        .getLast()
                        .suite()
                        .addAll(List.of(line.substring(6).strip().split(" ")));
            } else if (line.startsWith("in ")) {
                file = line.substring(3).strip();
            } else if (line.equals("<<<<")) {
                search = new StringBuilder();
                text = search;
            } else if (line.equals("====")) {
                text = new StringBuilder();
            } else if (line.equals(">>>>") && text != null) {
                mutations.getLast().edits().add(new Edit(file, search.toString(), text.toString()));
                text = null;
            } else if (text != null) {
                text.append(line).append('\n');
            } else if (!line.isBlank() && !line.startsWith("#")) {
                throw new IllegalArgumentException("not understood: " + line);
            }
        }
        return mutations;
    }

    private static void copyTree(Path from, Path to) throws IOException {
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Path target = to.resolve(from.relativize(file).toString());
                if (target.getParent() != null) {
                    Files.createDirectories(target.getParent());
                }
                Files.copy(file, file.equals(from) ? to : target, StandardCopyOption.REPLACE_EXISTING);
            }
        }
    }

    private static void delete(Path tree) throws IOException {
        if (Files.exists(tree)) {
            try (Stream<Path> files = Files.walk(tree)) {
                for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(file);
                }
            }
        }
    }
}
