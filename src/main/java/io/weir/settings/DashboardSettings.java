package io.weir.settings;

import com.typesafe.config.Config;
import java.time.Duration;

/**
 * What feeds the dashboard. Keys and defaults are under {@code weir.dashboard}.
 *
 * @param maxListeners pages that are fed at once
 * @param interval between two snapshots
 * @param ledgerInterval between two readings of the ledger, which asks Redis and the database
 */
public record DashboardSettings(int maxListeners, Duration interval, Duration ledgerInterval) {
    public DashboardSettings {
        Checks.atLeast("dashboard.max-listeners", maxListeners, 1);
        Checks.positive("dashboard.interval", interval);
        Checks.positive("dashboard.ledger-interval", ledgerInterval);
    }

    /** How long another node may take to answer: a snapshot is told before the next is due. */
    public Duration nodeTimeout() {
        return interval.dividedBy(2);
    }

    public static DashboardSettings from(Config weir) {
        Config dashboard = weir.getConfig("dashboard");
        return new DashboardSettings(
                dashboard.getInt("max-listeners"),
                dashboard.getDuration("interval"),
                dashboard.getDuration("ledger-interval"));
    }
}
