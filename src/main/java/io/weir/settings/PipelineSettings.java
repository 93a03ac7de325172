package io.weir.settings;

import com.typesafe.config.Config;
import java.time.Duration;

/** The actors between the log and the store. Keys and defaults are under {@code weir.pipeline}. */
public record PipelineSettings(
        Duration readBlock,
        Duration readPause,
        int maxReadEntries,
        long maxWindowBytes,
        int maxIdleAggregators,
        int maxCommitWaiters,
        Duration aggregatorIdleTimeout,
        Duration minBackoff,
        Duration maxBackoff,
        Duration stoppedRetry,
        Duration trimInterval,
        Duration keyedRewind,
        Duration drainTimeout,
        Duration moveTimeout,
        Duration commitTimeout,
        int maxAttempts,
        Duration publishInterval,
        long maxPublishedLetters) {
    public PipelineSettings {
        Checks.positive("pipeline.read-block", readBlock);
        Checks.notNegative("pipeline.read-pause", readPause);
        Checks.atLeast("pipeline.max-read-entries", maxReadEntries, 1);
        Checks.atLeast("pipeline.max-window-bytes", maxWindowBytes, 1);
        Checks.atLeast("pipeline.max-idle-aggregators", maxIdleAggregators, 0);
        Checks.atLeast("pipeline.max-commit-waiters", maxCommitWaiters, 1);
        Checks.positive("pipeline.aggregator-idle-timeout", aggregatorIdleTimeout);
        Checks.positive("pipeline.min-backoff", minBackoff);
        Checks.ordered("pipeline.min-backoff", minBackoff, "pipeline.max-backoff", maxBackoff);
        Checks.positive("pipeline.stopped-retry", stoppedRetry);
        Checks.positive("pipeline.trim-interval", trimInterval);
        Checks.positive("pipeline.drain-timeout", drainTimeout);
        Checks.positive("pipeline.move-timeout", moveTimeout);
        Checks.positive("pipeline.commit-timeout", commitTimeout);
        // one death may be anything's fault
        Checks.atLeast("pipeline.max-attempts", maxAttempts, 2);
        Checks.positive("pipeline.dead-letters.publish-interval", publishInterval);
        Checks.atLeast("pipeline.dead-letters.max-published", maxPublishedLetters, 1);
    }

    public static PipelineSettings from(Config weir) {
        Config pipeline = weir.getConfig("pipeline");
        return new PipelineSettings(
                pipeline.getDuration("read-block"),
                pipeline.getDuration("read-pause"),
                pipeline.getInt("max-read-entries"),
                pipeline.getBytes("max-window-bytes"),
                pipeline.getInt("max-idle-aggregators"),
                pipeline.getInt("max-commit-waiters"),
                pipeline.getDuration("aggregator-idle-timeout"),
                pipeline.getDuration("min-backoff"),
                pipeline.getDuration("max-backoff"),
                pipeline.getDuration("stopped-retry"),
                pipeline.getDuration("trim-interval"),
                pipeline.getDuration("keyed-rewind"),
                pipeline.getDuration("drain-timeout"),
                pipeline.getDuration("move-timeout"),
                pipeline.getDuration("commit-timeout"),
                pipeline.getInt("max-attempts"),
                pipeline.getDuration("dead-letters.publish-interval"),
                pipeline.getLong("dead-letters.max-published"));
    }
}
