package io.weir.settings;

import com.typesafe.config.Config;
import java.time.Duration;

/**
 * Following a stream's events. Keys and defaults are under {@code weir.tail}.
 *
 * @param maxListeners who follows at once
 * @param interval between two looks at the log
 * @param maxEvents that one look tells of a partition; older ones are skipped
 * @param heartbeat after which a listener hears that it is still connected
 */
public record TailSettings(int maxListeners, Duration interval, int maxEvents, Duration heartbeat) {
    public TailSettings {
        Checks.atLeast("tail.max-listeners", maxListeners, 1);
        Checks.positive("tail.interval", interval);
        Checks.atLeast("tail.max-events", maxEvents, 1);
        Checks.ordered("tail.interval", interval, "tail.heartbeat", heartbeat);
    }

    public static TailSettings from(Config weir) {
        Config tail = weir.getConfig("tail");
        return new TailSettings(
                tail.getInt("max-listeners"),
                tail.getDuration("interval"),
                tail.getInt("max-events"),
                tail.getDuration("heartbeat"));
    }
}
