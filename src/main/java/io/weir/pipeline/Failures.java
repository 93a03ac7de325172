package io.weir.pipeline;

import io.weir.logging.FailureText;
import io.weir.store.DatabaseFailure;
import java.util.concurrent.CompletionException;

/** Words for failures that came through futures. */
final class Failures {
    private Failures() {}

    /** What a stage failed with, without the wrapping that later stages add. */
    static Throwable cause(Throwable failure) {
        Throwable cause = failure;
        while (cause instanceof CompletionException && cause.getCause() != null) {
            cause = cause.getCause();
        }
        return cause;
    }

    /** In one line that a log may hold: without any value of an event. */
    static String describe(Throwable failure) {
        String database = DatabaseFailure.describe(cause(failure));
        return database == null ? FailureText.describe(failure) : database;
    }
}
