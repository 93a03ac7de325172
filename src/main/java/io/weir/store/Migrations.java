package io.weir.store;

import javax.sql.DataSource;
import org.flywaydb.core.Flyway;

/** Weir's own tables and those of its presets, brought up to date. They share the database with the user's tables. */
final class Migrations {
    private Migrations() {}

    /** Applies what is missing; answers how many steps that were. */
    static int apply(DataSource dataSource) {
        return Flyway.configure(Migrations.class.getClassLoader())
                .dataSource(dataSource)
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
}
