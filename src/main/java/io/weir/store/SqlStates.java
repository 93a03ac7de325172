package io.weir.store;

import java.sql.SQLException;
import java.sql.SQLTimeoutException;
import java.sql.SQLTransientConnectionException;
import org.jspecify.annotations.Nullable;

/** What PostgreSQL's error codes mean for a window (PostgreSQL documentation, appendix A). */
final class SqlStates {
    /** Another transaction holds a lock for longer than {@code lock_timeout}. */
    static final String LOCK_NOT_AVAILABLE = "55P03";

    static final String UNIQUE_VIOLATION = "23505";
    static final String NUMERIC_VALUE_OUT_OF_RANGE = "22003";
    static final String SERIALIZATION_FAILURE = "40001";
    static final String READ_ONLY_TRANSACTION = "25006";
    static final String FEATURE_NOT_SUPPORTED = "0A000";
    static final String UNKNOWN_STATEMENT_NAME = "26000";
    static final String AFFECTS_ROW_TWICE = "21000";
    static final String RAISED_BY_A_FUNCTION = "P0001";

    /** What to do about a failure. */
    sealed interface Failure {
        /** The transaction lost against another: the same again. */
        record Conflict() implements Failure {}

        /** No database that takes writes: the same again, later. */
        record Away() implements Failure {}

        /** An event of the window can't be applied. */
        record Poison() implements Failure {}

        /** Only a person can help. */
        record Misconfigured() implements Failure {}
    }

    private SqlStates() {}

    static Failure classify(SQLException failure) {
        String state = state(failure);
        if (state == null) {
            return isConnectionFailure(failure) ? new Failure.Away() : new Failure.Misconfigured();
        }
        return switch (state) {
            // after a failover the old primary, or a replica not yet promoted, answers
            case READ_ONLY_TRANSACTION -> new Failure.Away();
            // a plan or a statement of this connection was outdated by DDL, or forgotten by a pooler
            case FEATURE_NOT_SUPPORTED, UNKNOWN_STATEMENT_NAME -> new Failure.Conflict();
            // two texts that the key's collation takes for one, or a rule of the user's own trigger
            case AFFECTS_ROW_TWICE, RAISED_BY_A_FUNCTION -> new Failure.Poison();
            default -> classifyByClass(state);
        };
    }

    private static Failure classifyByClass(String state) {
        String stateClass = state.length() < 2 ? state : state.substring(0, 2);
        return switch (stateClass) {
            case "40", "55", "25" -> new Failure.Conflict();
            // no connection, no resources, an operator; a failover may answer with "no such user or database" for a
            // while; I/O and internal errors
            case "08", "53", "57", "58", "28", "3D", "XX" -> new Failure.Away();
            // bad data, a broken constraint, a row that is too large, a view's check option
            case "22", "23", "54", "44" -> new Failure.Poison();
            default -> new Failure.Misconfigured();
        };
    }

    /** Whether a failed COMMIT certainly wrote nothing; otherwise nobody knows. */
    static boolean certainlyRolledBack(SQLException atCommit) {
        String state = state(atCommit);
        return state != null
                && (state.startsWith("22")
                        || state.startsWith("23")
                        || state.startsWith("40")
                        || state.startsWith("44")
                        || state.startsWith("54")
                        || state.equals(RAISED_BY_A_FUNCTION));
    }

    /** The code, from the failure or what caused it; null when there is none. */
    static @Nullable String state(SQLException failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof SQLException sql && sql.getSQLState() != null) {
                return sql.getSQLState();
            }
        }
        return null;
    }

    private static boolean isConnectionFailure(SQLException failure) {
        // the pool gives no code when it is exhausted or closed
        return failure instanceof SQLTransientConnectionException
                || failure instanceof SQLTimeoutException
                || String.valueOf(failure.getMessage()).contains("has been closed");
    }
}
