package io.weir.bench;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@link HttpLoad} from the command line: {@code src/bench/run load --url … --connections 64 --seconds 10}. */
@Command(name = "load", mixinStandardHelpOptions = true, description = "Sends events and says what was answered.")
final class HttpLoadMain implements Callable<Integer> {
    @Option(names = "--url", required = true, description = "where to, such as http://127.0.0.1:8085/api/v1/clicks")
    private URI url = URI.create("http://127.0.0.1:8085/");

    @Option(names = "--connections", defaultValue = "64", description = "keep-alive connections: ${DEFAULT-VALUE}")
    private int connections;

    @Option(names = "--seconds", defaultValue = "10", description = "how long: ${DEFAULT-VALUE}")
    private int seconds;

    @Option(names = "--rate", defaultValue = "0", description = "requests a second; 0 sends as fast as answers come")
    private double rate;

    @Option(names = "--events-per-request", defaultValue = "1", description = "clicks in a body: ${DEFAULT-VALUE}")
    private int eventsPerRequest;

    @Option(names = "--body", description = "a file to send instead")
    private Path body = Path.of("");

    @Override
    public Integer call() throws IOException {
        List<byte[]> bodies = body.toString().isEmpty()
                ? Workload.clickBodies(Workload.LINKS, eventsPerRequest)
                : List.of(Files.readAllBytes(body));
        HttpLoad.Result result = HttpLoad.run(
                new HttpLoad.Plan(url, connections, Duration.ofSeconds(seconds), Long.MAX_VALUE, rate, bodies));
        System.out.printf(
                "sent %d requests in %.1f s, accepted %.0f/s (%.0f events/s), answers %s%n",
                result.sent(),
                result.elapsed().toMillis() / 1000.0,
                result.acceptedPerSecond(),
                result.acceptedPerSecond() * eventsPerRequest,
                result.statuses());
        System.out.printf(
                "latency ms: 50 %% %.2f, 99 %% %.2f, 99.9 %% %.2f, longest %.2f%n",
                result.millis(50), result.millis(99), result.millis(99.9), result.millis(100));
        if (rate > 0) {
            for (int second = 0; second < result.statusesBySecond().size(); second++) {
                System.out.println(second + " s " + result.statusesBySecond().get(second));
            }
        }
        return 0;
    }

    public static void main(String[] arguments) {
        System.exit(new CommandLine(new HttpLoadMain()).execute(arguments));
    }
}
