package io.weir.build.violations.ops;

import java.sql.Connection;

/** Breaks a rule of the architecture on purpose. */
record SpeaksSql(Connection connection) {}
