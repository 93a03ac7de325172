package io.weir.settings;

import com.typesafe.config.Config;
import java.time.Duration;

/** Redis and how events are packed into it. Keys and defaults are under {@code weir.log}. */
public record LogSettings(
        String redisUrl,
        String sentinelPassword,
        Duration connectTimeout,
        Duration commandTimeout,
        int maxEntryEvents,
        int maxEntryBytes,
        int maxWaitingEvents,
        long maxWaitingBytes) {
    public LogSettings {
        Checks.positive("log.connect-timeout", connectTimeout);
        Checks.positive("log.command-timeout", commandTimeout);
        Checks.atLeast("log.max-entry-events", maxEntryEvents, 1);
        Checks.atLeast("log.max-entry-bytes", maxEntryBytes, 1);
        Checks.atLeast("log.max-waiting-events", maxWaitingEvents, maxEntryEvents);
        Checks.atLeast("log.max-waiting-bytes", maxWaitingBytes, maxEntryBytes);
    }

    public static LogSettings from(Config weir) {
        Config log = weir.getConfig("log");
        return new LogSettings(
                log.getString("redis-url"),
                log.getString("redis-sentinel-password"),
                log.getDuration("connect-timeout"),
                log.getDuration("command-timeout"),
                log.getInt("max-entry-events"),
                Math.toIntExact(log.getBytes("max-entry-bytes")),
                log.getInt("max-waiting-events"),
                log.getBytes("max-waiting-bytes"));
    }

    /** Keeps a password in the URL out of logs. */
    @Override
    public String toString() {
        return "LogSettings[redisUrl=" + redisUrl.replaceAll("://[^@/]*@", "://***@") + "]";
    }
}
