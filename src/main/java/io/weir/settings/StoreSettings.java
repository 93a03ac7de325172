package io.weir.settings;

import com.typesafe.config.Config;
import java.time.Duration;

/**
 * PostgreSQL. Keys and defaults are under {@code weir.store}.
 *
 * @param rowsPerStatement how many rows of a window one statement writes, as long as that makes no more than forty
 */
public record StoreSettings(
        String databaseUrl,
        int poolSize,
        int rowsPerStatement,
        Duration connectTimeout,
        Duration statementTimeout,
        Duration lockTimeout,
        Duration startLockTimeout,
        Duration socketTimeout,
        Duration keyDaysInterval,
        Duration tableDaysInterval) {
    public StoreSettings {
        Checks.atLeast("store.pool-size", poolSize, 2);
        Checks.atLeast("store.rows-per-statement", rowsPerStatement, 1);
        Checks.positive("store.connect-timeout", connectTimeout);
        Checks.positive("store.statement-timeout", statementTimeout);
        Checks.positive("store.lock-timeout", lockTimeout);
        Checks.positive("store.start-lock-timeout", startLockTimeout);
        Checks.positive("store.key-days-interval", keyDaysInterval);
        Checks.positive("store.table-days-interval", tableDaysInterval);
        Checks.ordered("store.lock-timeout", lockTimeout, "store.statement-timeout", statementTimeout);
        Checks.ordered("store.start-lock-timeout", startLockTimeout, "store.statement-timeout", statementTimeout);
        Checks.ordered("store.statement-timeout", statementTimeout, "store.socket-timeout", socketTimeout);
    }

    public static StoreSettings from(Config weir) {
        Config store = weir.getConfig("store");
        return new StoreSettings(
                store.getString("database-url"),
                store.getInt("pool-size"),
                store.getInt("rows-per-statement"),
                store.getDuration("connect-timeout"),
                store.getDuration("statement-timeout"),
                store.getDuration("lock-timeout"),
                store.getDuration("start-lock-timeout"),
                store.getDuration("socket-timeout"),
                store.getDuration("key-days-interval"),
                store.getDuration("table-days-interval"));
    }

    /** Keeps a password in the URL out of logs. */
    @Override
    public String toString() {
        return "StoreSettings[poolSize=" + poolSize + "]";
    }
}
