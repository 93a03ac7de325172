package io.weir.link;

import io.micrometer.core.instrument.MeterRegistry;
import io.weir.redis.SharedRedis;
import io.weir.settings.LinkSettings;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The links: read through caches by {@link #resolver()}, and changed here. A change is in the database first, then gone from
 * this node's memory, then told to all other nodes. What asks or changes the table blocks, and throws
 * {@link LinksUnavailableException}.
 */
public final class LinkRegistry {
    private static final int CODES_TRIED = 10;

    /**
     * What came of a creation.
     *
     * @param link the new link, or the one that has the code
     * @param isNew whether it was created
     */
    public record Created(Link link, boolean isNew) {}

    private final LinkStore store;
    private final LinkCodes codes;
    private final LinkMemory memory;
    private final LinkResolver resolver;
    private final LinkAnnouncer announcer;
    private final LinkMetrics metrics;

    /**
     * The links of one node.
     *
     * @param blocking where the database is asked for links that no cache has
     * @param completions where it goes on with the answers
     */
    public LinkRegistry(
            LinkStore store,
            SharedRedis redis,
            LinkCodes codes,
            LinkSettings.Cache settings,
            Executor blocking,
            Executor completions,
            MeterRegistry registry) {
        this(store, redis, codes, settings, blocking, completions, registry, System::nanoTime);
    }

    LinkRegistry(
            LinkStore store,
            SharedRedis redis,
            LinkCodes codes,
            LinkSettings.Cache settings,
            Executor blocking,
            Executor completions,
            MeterRegistry registry,
            LongSupplier nanos) {
        this.store = store;
        this.codes = codes;
        this.metrics = new LinkMetrics(registry);
        this.memory = new LinkMemory(settings, nanos);
        RedisLinks shared = new RedisLinks(redis, settings.redisPrefix(), settings.redisTtl());
        LinkLoader loader = new LinkLoader(store, blocking, completions);
        this.resolver = new LinkResolver(settings, memory, shared, loader, metrics, nanos);
        this.announcer = new LinkAnnouncer(shared, metrics, completions);
        metrics.watch(registry, memory, resolver, announcer);
    }

    /** The channel in Redis on which {@link #changed} is told. */
    public static String channel(LinkSettings.Cache settings) {
        return RedisLinks.channel(settings.redisPrefix());
    }

    public LinkResolver resolver() {
        return resolver;
    }

    public LinkCodes codes() {
        return codes;
    }

    /** A node, perhaps this one, told of a change. */
    public void changed(String code) {
        metrics.changes.increment();
        resolver.forget(code);
    }

    /** From now on changes are heard of; whatever was told before may have been missed. */
    public void listening() {
        memory.doubtAll();
    }

    /**
     * Keeps a new link.
     *
     * @param link its code is empty for one to be generated
     */
    public Created create(LinkStore.NewLink link) {
        if (!link.code().isEmpty()) {
            Link created = store.create(link);
            if (created != null) {
                return new Created(created, true);
            }
            Link held = store.find(link.code());
            // deleted between the two questions: the code is free again
            return held == null ? create(link) : new Created(held, false);
        }
        for (int i = 0; i < CODES_TRIED; i++) {
            Link created =
                    store.create(new LinkStore.NewLink(codes.generate(), link.url(), link.project(), link.expiresAt()));
            if (created != null) {
                return new Created(created, true);
            }
        }
        throw new IllegalStateException(CODES_TRIED + " generated codes were taken, one after the other");
    }

    @Nullable
    public Link find(String code) {
        return store.find(code);
    }

    @Nullable
    public Link change(String code, LinkStore.LinkChange change) {
        return store.change(code, change);
    }

    /** Deletes a link; answers the version of its end, null when there was none. */
    @Nullable
    public Long delete(String code) {
        return store.delete(code);
    }

    public List<Link> list(@Nullable String project, String after, int limit) {
        return store.list(project, after, limit);
    }

    /**
     * Tells everybody, and this node first, that a link was created, changed or deleted. Completes after at most the time
     * that Redis is given, whether it took it or not.
     *
     * @param target null for a link that was deleted
     */
    public CompletionStage<Boolean> announce(String code, long version, @Nullable Target target) {
        resolver.forget(code);
        return announcer.announce(code, version, target);
    }
}
