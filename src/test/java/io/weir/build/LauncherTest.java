package io.weir.build;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Runs {@code ./weir} in a repository of its own, with JDKs and a Maven that only say how they were called, and with the
 * places where operating systems install JDKs moved below a temporary directory.
 */
class LauncherTest {
    private static final String JAVA = "#!/bin/sh\necho \"$0 $*\"\necho \"in $(pwd -P)\"\n";

    @TempDir
    private Path directory;

    private Path repository;
    private Path jdks;
    private final Map<String, String> environment = new HashMap<>();

    record Run(int status, String output, String errors) {}

    @BeforeEach
    void prepare() throws IOException {
        directory = directory.toRealPath();
        repository = Files.createDirectories(directory.resolve("repository with blanks"));
        jdks = Files.createDirectories(directory.resolve("jvm"));
        Files.createDirectories(repository.resolve("src/main"));
        Files.createDirectories(repository.resolve("conf"));
        Files.writeString(repository.resolve("src/main/A.java"), "class A {}");
        Files.writeString(repository.resolve("pom.xml"), "<project/>");
        Files.writeString(repository.resolve("conf/logback.xml"), "<configuration/>");
        String places = "/usr/lib/jvm/* /opt/*jdk* /opt/java/* /Library/Java/JavaVirtualMachines/*/Contents/Home";
        String script = Files.readString(Path.of("weir"));
        assertThat(script).contains(places);
        executable(repository.resolve("weir"), script.replace(places, jdks + "/*"));
        Path tools = Files.createDirectories(directory.resolve("tools"));
        // the script's own tools, and no java and no mvn
        for (String tool : List.of(
                "sh", "dirname", "readlink", "sed", "head", "find", "mkdir", "touch", "rm", "cat", "flock", "sleep")) {
            for (String place : List.of("/bin/", "/usr/bin/")) {
                if (Files.isExecutable(Path.of(place + tool)) && !Files.exists(tools.resolve(tool))) {
                    Files.createSymbolicLink(tools.resolve(tool), Path.of(place + tool));
                }
            }
        }
        environment.put("PATH", tools.toString());
        environment.put("HOME", directory.resolve("home").toString());
    }

    @Test
    void withoutAJdkItSaysWhatToInstallAndWhereItLooked() throws Exception {
        jdk(jdks.resolve("old"), "17.0.15");
        Run run = weir("--help");
        assertThat(run.status()).isEqualTo(1);
        assertThat(run.errors()).contains("JDK 25", "temurin-25-jdk", "JAVA_HOME (not set)", "/usr/lib/jvm", "~/.jdks");
        assertThat(run.output()).isEmpty();
    }

    @Test
    void javaHomeWinsWhenItIsRecentEnough() throws Exception {
        built();
        jdk(jdks.resolve("a"), "25");
        environment.put("JAVA_HOME", jdk(directory.resolve("mine"), "26.0.1").toString());
        assertThat(weir("--help").output()).startsWith(directory + "/mine/bin/java ");
    }

    @Test
    void anOldJavaHomeIsPassedOver() throws Exception {
        built();
        jdk(jdks.resolve("b"), "27");
        jdk(jdks.resolve("c"), "25.0.3");
        environment.put("JAVA_HOME", jdk(directory.resolve("old"), "21.0.2").toString());
        assertThat(weir("--help").output()).startsWith(jdks + "/c/bin/java ");
    }

    @Test
    void aJdkOfTheUsersOwnIsFound() throws Exception {
        built();
        jdk(directory.resolve("home/.sdkman/candidates/java/25-tem"), "25");
        assertThat(weir("--help").output()).contains("/.sdkman/candidates/java/25-tem/bin/java ");
    }

    @Test
    void argumentsAndFlagsArriveAndTheWorkingDirectoryStays() throws Exception {
        built();
        jdk(jdks.resolve("a"), "25");
        environment.put("JAVA_OPTS", "-Xmx1g -XX:+UseG1GC");
        Path elsewhere = Files.createDirectories(directory.resolve("elsewhere"));
        Path link =
                Files.createSymbolicLink(elsewhere.resolve("link"), elsewhere.relativize(repository.resolve("weir")));
        Run run = run(elsewhere, link.toString(), "import", "my file", "--stream", "page-views");
        assertThat(run.errors()).isEmpty();
        assertThat(run.output())
                .contains("--sun-misc-unsafe-memory-access=allow", "--enable-native-access=ALL-UNNAMED")
                .contains("-Xmx512m ", " -XX:+UseCompactObjectHeaders ", " -Xmx1g -XX:+UseG1GC -jar ")
                .doesNotContain("ParallelGC")
                .contains("-Dweir.home=" + repository + " ")
                .contains("-Dlogback.configurationFile=" + repository + "/conf/logback.xml")
                .contains("-jar " + repository + "/target/weir.jar import my file --stream page-views")
                .contains("in " + elsewhere);
        assertThat(run.status()).isZero();
    }

    @Test
    void withoutMavenItSaysSo() throws Exception {
        jdk(jdks.resolve("a"), "25");
        Run run = weir("up");
        assertThat(run.status()).isEqualTo(1);
        assertThat(run.errors()).contains("Maven (mvn) is not on the PATH");
    }

    @Test
    void itBuildsOnceAndAgainWhenASourceChanges() throws Exception {
        jdk(jdks.resolve("a"), "25");
        maven("touch target/weir.jar");
        assertThat(weir("--help").errors()).contains("building…");
        assertThat(weir("--help").errors()).isEmpty();
        Files.setLastModifiedTime(
                repository.resolve("src/main/A.java"),
                FileTime.from(Instant.now().plusSeconds(60)));
        assertThat(weir("--help").errors()).contains("building…");
    }

    @Test
    void itBuildsWhenASourceIsDeleted() throws Exception {
        jdk(jdks.resolve("a"), "25");
        maven("touch target/weir.jar");
        assertThat(weir("--help").status()).isZero();
        Files.delete(repository.resolve("src/main/A.java"));
        assertThat(weir("--help").errors()).contains("building…");
    }

    @Test
    void aJarOfABuildThatFailedIsNotTrusted() throws Exception {
        jdk(jdks.resolve("a"), "25");
        maven("touch target/weir.jar; echo it is broken; exit 1");
        Run failed = weir("--help");
        assertThat(failed.status()).isEqualTo(1);
        assertThat(failed.errors()).contains("it is broken", "the build failed");
        maven("touch target/weir.jar");
        assertThat(weir("--help").errors()).contains("building…");
    }

    @Test
    void twoAtOnceBuildOnce() throws Exception {
        jdk(jdks.resolve("a"), "25");
        Path started = directory.resolve("started");
        maven("echo x >>" + started + "; sleep 1; touch target/weir.jar");
        List<Process> both = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            both.add(start(repository, repository.resolve("weir").toString(), "--help"));
        }
        for (Process process : both) {
            assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
            assertThat(process.exitValue()).isZero();
        }
        assertThat(started).hasContent("x");
    }

    private void built() throws IOException {
        Files.createDirectories(repository.resolve("target"));
        Files.writeString(repository.resolve("target/weir.jar"), "");
        Files.setLastModifiedTime(
                repository.resolve("target/weir.jar"),
                FileTime.from(Instant.now().plusSeconds(60)));
    }

    private void maven(String does) throws IOException {
        executable(directory.resolve("tools/mvn"), "#!/bin/sh\n" + does + "\n");
    }

    private static Path jdk(Path home, String version) throws IOException {
        Files.createDirectories(home.resolve("bin"));
        Files.writeString(home.resolve("release"), "IMPLEMENTOR=\"x\"\nJAVA_VERSION=\"" + version + "\"\n");
        executable(home.resolve("bin/java"), JAVA);
        return home;
    }

    private static void executable(Path file, String text) throws IOException {
        Files.writeString(file, text);
        assertThat(file.toFile().setExecutable(true)).isTrue();
    }

    private Run weir(String... arguments) throws IOException, InterruptedException {
        List<String> command =
                new ArrayList<>(List.of(repository.resolve("weir").toString()));
        command.addAll(List.of(arguments));
        return run(repository, command.toArray(String[]::new));
    }

    private Run run(Path workingDirectory, String... command) throws IOException, InterruptedException {
        Process process = start(workingDirectory, command);
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        return new Run(
                process.exitValue(),
                new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8),
                new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8));
    }

    private Process start(Path workingDirectory, String... command) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(command).directory(workingDirectory.toFile());
        builder.environment().clear();
        builder.environment().putAll(environment);
        return builder.start();
    }
}
