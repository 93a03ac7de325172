package io.weir;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.weir.cli.ServerLauncher;
import io.weir.cli.WeirCommand;
import io.weir.embedded.EmbeddedPostgresServer;
import io.weir.embedded.EmbeddedRedisServer;
import io.weir.logging.FailureText;
import io.weir.logging.LogFormat;
import io.weir.settings.Configuration;
import io.weir.settings.EmbeddedSettings;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Where the process begins: {@code weir} and its commands. */
public final class Main implements ServerLauncher {
    private static final Logger log = LoggerFactory.getLogger(Main.class);

    /** The directory that holds {@code conf/} and, unless told otherwise, {@code data/}. */
    private final Path home;

    private Main(Path home) {
        this.home = home;
    }

    public static void main(String[] args) {
        Path home =
                Path.of(System.getProperty("weir.home", ".")).toAbsolutePath().normalize();
        System.exit(WeirCommand.create(new Main(home)).execute(args));
    }

    @Override
    public int up() {
        return run(() -> {
            long startedNanos = System.nanoTime();
            Config config = Configuration.load(home.resolve("conf/weir.conf"));
            EmbeddedSettings settings = EmbeddedSettings.from(config.getConfig("weir"));
            Path data = home.resolve(settings.dataDirectory());
            CompletableFuture<EmbeddedRedisServer> redis = CompletableFuture.supplyAsync(() ->
                    EmbeddedRedisServer.start(data.resolve("redis"), settings.redisPort(), settings.startTimeout()));
            CompletableFuture<EmbeddedPostgresServer> postgres =
                    CompletableFuture.supplyAsync(() -> EmbeddedPostgresServer.start(
                            data.resolve("postgres"), settings.postgresPort(), settings.startTimeout()));
            try {
                Config urls = ConfigFactory.parseMap(Map.of(
                        "weir.log.redis-url", redis.join().url(),
                        "weir.store.database-url", postgres.join().url()));
                return serve(urls.withFallback(config), List.of(redis.join(), postgres.join()), startedNanos);
            } finally {
                // both end by themselves once the server has stopped; this is for a start that failed half-way
                closeStarted(redis);
                closeStarted(postgres);
            }
        });
    }

    @Override
    public int serve() {
        return run(() -> {
            long startedNanos = System.nanoTime();
            Config config = Configuration.load(home.resolve("conf/weir.conf"));
            return serve(config, List.of(), startedNanos);
        });
    }

    private int serve(Config config, List<? extends AutoCloseable> ownServers, long startedNanos) throws Exception {
        try (WeirServer server = new WeirServer(config, home, ownServers)) {
            server.start(startedNanos);
            announce(server, config);
            // whoever supervises the process starts one anew that ended with an error
            return server.awaitStop() ? 0 : 1;
        }
    }

    private static void announce(WeirServer server, Config config) {
        String url = server.url();
        System.out.println("http " + url);
        System.out.println("redis " + withoutPassword(config.getString("weir.log.redis-url")));
        System.out.println("postgres " + withoutPassword(config.getString("weir.store.database-url")));
        System.out.println("cluster " + server.clusterAddress());
        System.out.println("ready");
        System.out.println();
        System.out.println("Try:");
        System.out.println("  curl -d '{\"linkId\":\"spring-sale\"}' -H 'Content-Type: application/json' " + url
                + "/api/v1/clicks");
        System.out.println("  curl " + url + "/api/v1/counters/link-clicks/spring-sale");
    }

    private static String withoutPassword(String url) {
        return url.replaceAll("(://[^:/@]*):[^@/]*@", "$1:***@").replaceAll("(password=)[^&]*", "$1***");
    }

    private interface Command {
        int run() throws Exception;
    }

    /** Says what is wrong in words; a stack trace is for the log's debug level. */
    private static int run(Command command) {
        try {
            LogFormat.check(System.getenv());
            return command.run();
        } catch (StartFailure failure) {
            failure.lines().forEach(System.err::println);
            return 1;
        } catch (Exception failure) {
            Throwable cause = FailureText.cause(failure);
            log.debug("the start failed", failure);
            System.err.println("weir: " + (cause.getMessage() == null ? cause.toString() : cause.getMessage()));
            return 1;
        }
    }

    private static void closeStarted(CompletableFuture<? extends AutoCloseable> started) {
        try {
            started.join().close();
        } catch (Exception failure) {
            log.debug("not closed", failure);
        }
    }
}
