package io.weir.settings;

import com.typesafe.config.Config;
import java.time.Duration;

/** How the ledger is kept. Keys and defaults are under {@code weir.ledger}. */
public record LedgerSettings(Duration interval, Duration verifyTimeout) {
    public LedgerSettings {
        Checks.positive("ledger.interval", interval);
        Checks.positive("ledger.verify-timeout", verifyTimeout);
    }

    public static LedgerSettings from(Config weir) {
        Config ledger = weir.getConfig("ledger");
        return new LedgerSettings(ledger.getDuration("interval"), ledger.getDuration("verify-timeout"));
    }
}
