package io.weir.pipeline;

import io.weir.logging.FailureText;
import io.weir.store.DatabaseFailure;

/** Words for failures, those of the database among them. */
final class Failures {
    private Failures() {}

    /** In one line that a log may hold: without any value of an event. */
    static String describe(Throwable failure) {
        String database = DatabaseFailure.describe(FailureText.cause(failure));
        return database == null ? FailureText.describe(failure) : database;
    }
}
