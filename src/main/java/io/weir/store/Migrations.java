package io.weir.store;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;

/** Weir's own tables and those of its presets, brought up to date. They share the database with the user's tables. */
final class Migrations {
    private Migrations() {}

    /** Applies what is missing; answers how many steps that were. */
    static int apply(DataSource dataSource) {
        return Flyway.configure(Migrations.class.getClassLoader())
                .dataSource(proxy(DataSource.class, dataSource))
                .locations("classpath:db/migration")
                .table("weir_schema_history")
                // the user's tables may be there before Weir's history is
                .baselineOnMigrate(true)
                .baselineVersion("0")
                .cleanDisabled(true)
                .load()
                .migrate()
                .migrationsExecuted;
    }

    /**
     * Keeps Flyway from leaving a session another search path than it found: a pooler gives the session to others. Flyway
     * puts the schema first that is the first already, so that nothing is created elsewhere without.
     */
    private static <T> T proxy(Class<T> type, T target) {
        return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, (self, method, given) -> {
            if (given != null && given[0] instanceof String sql) {
                given[0] = sql.replace("set_config('search_path', ?, false)", "set_config('search_path', ?, true)");
            }
            try {
                Object answer = method.invoke(target, given);
                return answer instanceof Connection connection ? proxy(Connection.class, connection) : answer;
            } catch (InvocationTargetException failure) {
                throw failure.getCause();
            }
        }));
    }
}
