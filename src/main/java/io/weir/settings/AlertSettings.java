package io.weir.settings;

import com.typesafe.config.Config;
import java.time.Duration;

/**
 * When somebody is to be told. Keys and defaults are under {@code weir.alerts}.
 *
 * @param interval between two looks
 * @param raiseAfter looks in a row that find a figure past its limit
 * @param endAfter looks in a row that find it back
 * @param endBelow share of the limit at which it is back
 * @param quiet how long nothing must happen for an alert about happenings to end
 * @param maxRecent ended alerts that are kept to be looked at
 * @param depth accepted and uncommitted events
 * @param fullness these in percent of the stream's max-depth
 * @param lag the oldest of these, in seconds
 * @param latency the 95th percentile of what requests take, in milliseconds
 * @param redirects the same of redirects; infinite when that is no matter
 * @param batch the 95th percentile of what windows' transactions take, in milliseconds
 * @param loss requests that were refused although nothing was wrong with them, in percent
 * @param deadLetters new ones at one look
 * @param crashes new ones at one look
 * @param connections to the database that are in use, in percent; infinite when that is no matter
 */
public record AlertSettings(
        boolean enabled,
        Duration interval,
        int raiseAfter,
        int endAfter,
        double endBelow,
        Duration quiet,
        int maxRecent,
        AlertThresholds depth,
        AlertThresholds fullness,
        AlertThresholds lag,
        AlertThresholds latency,
        double redirects,
        AlertThresholds batch,
        AlertThresholds loss,
        AlertThresholds deadLetters,
        AlertThresholds crashes,
        double connections,
        boolean redis,
        boolean database,
        boolean stopped,
        boolean ledger,
        WebhookSettings webhook) {
    public AlertSettings {
        Checks.positive("alerts.interval", interval);
        Checks.atLeast("alerts.raise-after", raiseAfter, 1);
        Checks.atLeast("alerts.end-after", endAfter, 1);
        if (!(endBelow >= 0 && endBelow <= 1)) {
            throw new SettingsException("alerts.end-below", "is " + endBelow + ", must be from 0 to 1");
        }
        Checks.notNegative("alerts.quiet", quiet);
        Checks.atLeast("alerts.max-recent", maxRecent, 0);
        if (!(redirects >= 0)) {
            throw new SettingsException("alerts.redirects", "is " + redirects + " ms, must not be negative; or off");
        }
        if (!(connections >= 0)) {
            throw new SettingsException("alerts.connections", "is " + connections + ", must not be negative; or off");
        }
    }

    public static AlertSettings from(Config weir) {
        Config alerts = weir.getConfig("alerts");
        return new AlertSettings(
                alerts.getBoolean("enabled"),
                alerts.getDuration("interval"),
                alerts.getInt("raise-after"),
                alerts.getInt("end-after"),
                AlertThresholds.percent(alerts, "end-below") / 100,
                alerts.getDuration("quiet"),
                alerts.getInt("max-recent"),
                AlertThresholds.of(alerts, "depth", AlertThresholds::count),
                AlertThresholds.of(alerts, "fullness", AlertThresholds::percent),
                AlertThresholds.of(alerts, "lag", AlertThresholds::seconds),
                AlertThresholds.of(alerts, "latency", AlertThresholds::millis),
                AlertThresholds.limit(alerts, "redirects", "alerts.redirects", AlertThresholds::millis),
                AlertThresholds.of(alerts, "batch", AlertThresholds::millis),
                AlertThresholds.of(alerts, "loss", AlertThresholds::percent),
                AlertThresholds.of(alerts, "dead-letters", AlertThresholds::count),
                AlertThresholds.of(alerts, "crashes", AlertThresholds::count),
                AlertThresholds.limit(alerts, "connections", "alerts.connections", AlertThresholds::percent),
                alerts.getBoolean("redis"),
                alerts.getBoolean("database"),
                alerts.getBoolean("stopped"),
                alerts.getBoolean("ledger"),
                WebhookSettings.from(alerts.getConfig("webhook")));
    }
}
