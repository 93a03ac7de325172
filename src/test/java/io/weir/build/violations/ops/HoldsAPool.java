package io.weir.build.violations.ops;

import com.zaxxer.hikari.HikariDataSource;

/** Breaks a rule of the architecture on purpose. */
record HoldsAPool(HikariDataSource pool) {}
