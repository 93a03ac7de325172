package io.weir.logging;

import java.io.IOException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeoutException;

/**
 * What a log may say of a failure. The message of any exception may quote the value that it is about, as that of a
 * {@link NumberFormatException} does; those of Weir's own, of the network and of the Redis client don't.
 */
public final class FailureText {
    /** Where something failed, with the classes of what failed and without their messages. */
    private static final class WithoutMessage extends Exception {
        private static final long serialVersionUID = 1L;

        WithoutMessage(Throwable failure, int depth) {
            super(
                    failure.getClass().getName(),
                    failure.getCause() == null || depth == 0 ? null : new WithoutMessage(failure.getCause(), depth - 1),
                    false,
                    true);
            setStackTrace(failure.getStackTrace());
        }
    }

    private static final int MAX_CAUSES = 8;

    private FailureText() {}

    /** In one line: the message where it quotes no value, else what failed and where. */
    public static String describe(Throwable failure) {
        Throwable cause = failure;
        while (cause instanceof CompletionException && cause.getCause() != null) {
            cause = cause.getCause();
        }
        String message = cause.getMessage();
        if (message != null && quotesNothing(cause)) {
            return message;
        }
        StackTraceElement[] trace = cause.getStackTrace();
        return cause.getClass().getSimpleName() + (trace.length == 0 ? "" : " at " + trace[0]);
    }

    /** The same failure for a log, with its traces and without its messages. */
    public static Throwable withoutMessages(Throwable failure) {
        return new WithoutMessage(failure, MAX_CAUSES);
    }

    private static boolean quotesNothing(Throwable failure) {
        String name = failure.getClass().getName();
        return name.startsWith("io.weir.")
                || name.startsWith("io.lettuce.")
                || failure instanceof IOException
                || failure instanceof TimeoutException;
    }
}
