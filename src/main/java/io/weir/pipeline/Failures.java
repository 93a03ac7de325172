package io.weir.pipeline;

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

    static String describe(Throwable failure) {
        Throwable cause = cause(failure);
        String message = cause.getMessage();
        return message == null ? cause.getClass().getSimpleName() : message;
    }
}
