package io.weir.link;

import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.weir.redis.RedisAddress;
import io.weir.redis.SharedRedis;
import io.weir.settings.LinkSettings;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** A server of a cluster, without HTTP. */
final class LinkNode implements AutoCloseable {
    private static final Duration TIMEOUT = Duration.ofSeconds(2);

    private final StubLinkStore store;
    private final LinkSettings.Cache settings;
    final SharedRedis redis;
    final ExecutorService blocking = Executors.newSingleThreadExecutor();
    final AtomicLong nanos = new AtomicLong(1);
    final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    final LinkRegistry registry;

    /** One over a table that may be others' too. */
    LinkNode(StubLinkStore store, String redisUrl, String redisPrefix) {
        this.store = store;
        settings = settings(redisPrefix);
        redis = SharedRedis.open(RedisAddress.parse(redisUrl, TIMEOUT), TIMEOUT, Duration.ofSeconds(1));
        registry = new LinkRegistry(
                store,
                redis,
                new LinkCodes(segment -> false),
                settings,
                blocking,
                Runnable::run,
                meters,
                nanos::incrementAndGet);
        await().until(() -> redis.commands() != null);
    }

    void listen() {
        AtomicLong subscriptions = new AtomicLong();
        redis.subscribe(
                LinkRegistry.channel(settings),
                code -> registry.changed(new String(code, StandardCharsets.US_ASCII)),
                () -> {
                    registry.listening();
                    subscriptions.incrementAndGet();
                });
        await().until(() -> subscriptions.get() > 0);
    }

    LinkResolver.Resolution resolve(String code) throws Exception {
        return ask(code).get(60, TimeUnit.SECONDS);
    }

    CompletableFuture<LinkResolver.Resolution> ask(String code) {
        return registry.resolver().resolve(code).toCompletableFuture();
    }

    @Nullable
    String url(String code) throws Exception {
        return resolve(code) instanceof LinkResolver.Found(Target target) ? target.url() : null;
    }

    boolean announce(Link link) throws Exception {
        return registry.announce(link.code(), link.target().version(), link.target())
                .toCompletableFuture()
                .get(60, TimeUnit.SECONDS);
    }

    double lookups(String source) {
        return meters.get("weir.link.lookups").tag("source", source).counter().count();
    }

    void pass(Duration time) {
        nanos.addAndGet(time.toNanos());
    }

    @Override
    public void close() {
        store.releaseReaders();
        redis.close();
        blocking.shutdownNow();
    }

    /** Short bounds, and prefix for what it has in Redis. */
    static LinkSettings.Cache settings(String prefix) {
        return new LinkSettings.Cache(
                1_000,
                3,
                Duration.ofSeconds(40),
                Duration.ofMinutes(1),
                Duration.ofSeconds(10),
                Duration.ofHours(1),
                Duration.ofSeconds(5),
                Duration.ofSeconds(3),
                prefix,
                Duration.ofMinutes(5),
                Duration.ofSeconds(20),
                2);
    }
}
