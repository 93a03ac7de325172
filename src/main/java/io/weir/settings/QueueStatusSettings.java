package io.weir.settings;

import com.typesafe.config.Config;

/**
 * When a queue's status is a warning. Keys and defaults are under {@code weir.queue-status}.
 *
 * @param warningAbove events that wait
 */
public record QueueStatusSettings(long warningAbove) {
    public QueueStatusSettings {
        Checks.atLeast("queue-status.warning-above", warningAbove, 0);
    }

    public static QueueStatusSettings from(Config weir) {
        return new QueueStatusSettings(weir.getLong("queue-status.warning-above"));
    }
}
