package io.weir.settings;

import com.typesafe.config.Config;
import java.time.Duration;

/**
 * Replay and backfill. Keys and defaults are under {@code weir.replay}.
 *
 * @param maxEventsPerSecond events that a replay appends
 * @param sliceTime how long one request of a replay works before it answers how far it came
 * @param backfillTimeout how long a backfill may keep a stream's windows waiting
 * @param maxEntities entities that a backfill from the log may hold in memory
 */
public record ReplaySettings(
        int maxEventsPerSecond, Duration sliceTime, Duration backfillTimeout, int maxEntities) {
    public ReplaySettings {
        Checks.atLeast("replay.max-events-per-second", maxEventsPerSecond, 1);
        Checks.positive("replay.slice-time", sliceTime);
        Checks.positive("replay.backfill-timeout", backfillTimeout);
        Checks.atLeast("replay.max-entities", maxEntities, 1);
    }

    public static ReplaySettings from(Config weir) {
        Config replay = weir.getConfig("replay");
        return new ReplaySettings(
                replay.getInt("max-events-per-second"),
                replay.getDuration("slice-time"),
                replay.getDuration("backfill-timeout"),
                replay.getInt("max-entities"));
    }
}
