package io.weir.link;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;

/** What is counted about the caches. Every meter exists from the start, so that an alert can name it. */
final class LinkMetrics {
    final Counter fromMemory;
    final Counter fromRedis;
    final Counter fromDatabase;
    final Counter stale;
    final Counter unavailable;
    final Counter refused;
    final Counter changes;
    final Counter untold;

    LinkMetrics(MeterRegistry registry) {
        fromMemory = lookup(registry, "memory");
        fromRedis = lookup(registry, "redis");
        fromDatabase = lookup(registry, "database");
        stale = lookup(registry, "stale");
        unavailable = lookup(registry, "unavailable");
        refused = lookup(registry, "refused");
        changes = Counter.builder("weir.link.changes")
                .description("Changes of links that this node was told of")
                .register(registry);
        untold = Counter.builder("weir.link.untold")
                .description("Changes of links that were given up before Redis took them; caches end by their times")
                .register(registry);
    }

    void watch(MeterRegistry registry, LinkMemory memory, LinkResolver resolver, LinkAnnouncer announcer) {
        Gauge.builder("weir.link.cached", memory, LinkMemory::links)
                .description("Entries in memory")
                .tag("kind", "link")
                .register(registry);
        Gauge.builder("weir.link.cached", memory, LinkMemory::absent)
                .description("Entries in memory")
                .tag("kind", "absent")
                .register(registry);
        Gauge.builder("weir.link.looking", resolver, LinkResolver::underWay)
                .description("Links being looked for outside of this process")
                .register(registry);
        Gauge.builder("weir.link.telling", announcer, LinkAnnouncer::waiting)
                .description("Changes of links that Redis has not taken yet")
                .register(registry);
    }

    private static Counter lookup(MeterRegistry registry, String source) {
        return Counter.builder("weir.link.lookups")
                .description("Links that were looked for, by what answered")
                .tag("source", source)
                .register(registry);
    }
}
