package io.weir.store;

import java.sql.SQLException;
import java.util.StringJoiner;
import org.jspecify.annotations.Nullable;
import org.postgresql.util.PSQLException;
import org.postgresql.util.ServerErrorMessage;

/**
 * What a log may say of a refusal by the database: no value. PostgreSQL quotes what it refuses, in the message or in the
 * detail, so a refusal of data is told by its code and by what it is about.
 */
public final class DatabaseFailure {
    private DatabaseFailure() {}

    /** In one line; null for a failure that is none of the database's. */
    public static @Nullable String describe(Throwable failure) {
        return failure instanceof SQLException problem ? describe(problem) : null;
    }

    static String describe(SQLException problem) {
        ServerErrorMessage server = serverMessage(problem);
        if (SqlStates.classify(problem) instanceof SqlStates.Failure.Poison) {
            return "SQLSTATE " + SqlStates.state(problem) + about(server);
        }
        return server == null
                ? String.valueOf(problem.getMessage())
                : server.getSeverity() + ": " + server.getMessage() + " (SQLSTATE " + server.getSQLState() + ")";
    }

    private static String about(@Nullable ServerErrorMessage server) {
        StringJoiner parts = new StringJoiner(", ", " (", ")").setEmptyValue("");
        if (server != null) {
            add(parts, "constraint", server.getConstraint());
            add(parts, "column", server.getColumn());
            add(parts, "table", server.getTable());
        }
        return parts.toString();
    }

    private static void add(StringJoiner parts, String kind, @Nullable String name) {
        if (name != null) {
            parts.add(kind + " " + name);
        }
    }

    private static @Nullable ServerErrorMessage serverMessage(SQLException problem) {
        for (Throwable cause = problem; cause != null; cause = cause.getCause()) {
            if (cause instanceof PSQLException postgres && postgres.getServerErrorMessage() != null) {
                return postgres.getServerErrorMessage();
            }
        }
        return null;
    }
}
