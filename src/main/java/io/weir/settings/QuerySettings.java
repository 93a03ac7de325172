package io.weir.settings;

import com.typesafe.config.Config;
import java.time.Duration;

/**
 * Questions about rollups and live counts. Keys and defaults are under {@code weir.queries}.
 *
 * @param connections to the database, apart from those that write; as many questions are asked at once
 * @param searches for the greatest entities that may have one of them at once
 * @param maxWaiting questions of each kind that wait for one of them
 * @param statementTimeout what one question to the database may take
 * @param maxBuckets buckets of one answer, and buckets that a range may consist of
 * @param maxEntities entities of one answer
 * @param maxReads what the search for the greatest entities may read before all is added up
 * @param maxListeners who is told of live counts at once
 * @param liveInterval between two looks at a live count
 * @param liveHeartbeat after which a listener hears that it is still connected
 * @param badgeMaxConcurrent badges that are drawn at once
 * @param badgeMaxAge how long a badge may be kept
 */
public record QuerySettings(
        int connections,
        int searches,
        int maxWaiting,
        Duration statementTimeout,
        int maxBuckets,
        int maxEntities,
        int maxReads,
        int maxListeners,
        Duration liveInterval,
        Duration liveHeartbeat,
        int badgeMaxConcurrent,
        Duration badgeMaxAge) {
    public QuerySettings {
        Checks.atLeast("queries.connections", connections, 1);
        Checks.atLeast("queries.searches", searches, 1);
        Checks.atLeast("queries.max-waiting", maxWaiting, 1);
        Checks.positive("queries.statement-timeout", statementTimeout);
        Checks.atLeast("queries.max-buckets", maxBuckets, 1);
        Checks.atLeast("queries.max-entities", maxEntities, 1);
        Checks.atLeast("queries.max-reads", maxReads, 1);
        Checks.atLeast("queries.live.max-listeners", maxListeners, 1);
        Checks.positive("queries.live.interval", liveInterval);
        Checks.ordered("queries.live.interval", liveInterval, "queries.live.heartbeat", liveHeartbeat);
        Checks.atLeast("queries.badge-max-concurrent", badgeMaxConcurrent, 1);
        Checks.notNegative("queries.badge-max-age", badgeMaxAge);
    }

    public static QuerySettings from(Config weir) {
        Config queries = weir.getConfig("queries");
        Config live = queries.getConfig("live");
        return new QuerySettings(
                queries.getInt("connections"),
                queries.getInt("searches"),
                queries.getInt("max-waiting"),
                queries.getDuration("statement-timeout"),
                queries.getInt("max-buckets"),
                queries.getInt("max-entities"),
                queries.getInt("max-reads"),
                live.getInt("max-listeners"),
                live.getDuration("interval"),
                live.getDuration("heartbeat"),
                queries.getInt("badge-max-concurrent"),
                queries.getDuration("badge-max-age"));
    }
}
