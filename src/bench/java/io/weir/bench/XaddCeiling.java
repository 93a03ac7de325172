package io.weir.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** How fast Redis takes entries at all: {@code redis-benchmark} with XADD, one event an entry or several. */
final class XaddCeiling {
    private static final Pattern RATE = Pattern.compile(",\"([0-9.]+)\"");
    private static final int CONNECTIONS = 50;

    private XaddCeiling() {}

    /**
     * Events per second.
     *
     * @param eventsPerEntry fields {@code e} of one XADD
     * @param pipeline commands that a connection sends before it waits
     * @return empty when {@code redis-benchmark} is not installed
     */
    static OptionalDouble eventsPerSecond(Servers servers, int entries, int eventsPerEntry, int pipeline, Path output)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                "redis-benchmark",
                "-p",
                Integer.toString(servers.redisPort()),
                "-n",
                Integer.toString(entries),
                "-c",
                Integer.toString(CONNECTIONS),
                "-P",
                Integer.toString(pipeline),
                "--csv",
                "XADD",
                "bench",
                "*"));
        for (int i = 0; i < eventsPerEntry; i++) {
            command.add("e");
            command.add(Workload.click(i));
        }
        Process process;
        try {
            process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(output.toFile())
                    .start();
        } catch (IOException notInstalled) {
            return OptionalDouble.empty();
        }
        if (!process.waitFor(2, TimeUnit.MINUTES)) {
            process.destroyForcibly();
            throw new IllegalStateException("redis-benchmark did not end within 2 minutes");
        }
        try (RedisClient client = servers.redis()) {
            client.call("DEL", "bench");
        }
        String last = Files.readAllLines(output, StandardCharsets.ISO_8859_1).getLast();
        // the command itself stands in the first column, which may hold anything, then the rate
        Matcher rate = RATE.matcher(last);
        if (!rate.find()) {
            throw new IllegalStateException("redis-benchmark printed " + last);
        }
        return OptionalDouble.of(Double.parseDouble(rate.group(1)) * eventsPerEntry);
    }
}
