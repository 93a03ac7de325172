package io.weir.logging;

import java.io.IOException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeoutException;

/**
 * What a log may say of a failure. The message of any exception may quote the value that it is about, as that of a
 * {@link NumberFormatException} does; those of Weir's own, but for what refuses an event or a request, of the network and of
 * the Redis client don't.
 */
public final class FailureText {
    /** Where something failed, with the classes of what failed and without the messages that may quote. */
    private static final class WithoutMessage extends Exception {
        private static final long serialVersionUID = 1L;

        WithoutMessage(Throwable failure, int depth) {
            super(
                    quotesNothing(failure)
                            ? failure.toString()
                            : failure.getClass().getName(),
                    failure.getCause() == null || depth == 0 ? null : new WithoutMessage(failure.getCause(), depth - 1),
                    false,
                    true);
            setStackTrace(failure.getStackTrace());
        }
    }

    private static final int MAX_CAUSES = 8;

    private FailureText() {}

    /** What a stage failed with, without the wrapping that later stages add. */
    public static Throwable cause(Throwable failure) {
        Throwable cause = failure;
        while (cause instanceof CompletionException && cause.getCause() != null) {
            cause = cause.getCause();
        }
        return cause;
    }

    /** In one line: the message where it quotes no value, else what failed and where. */
    public static String describe(Throwable failure) {
        Throwable cause = cause(failure);
        String message = cause.getMessage();
        if (message != null && quotesNothing(cause)) {
            return message;
        }
        StackTraceElement[] trace = cause.getStackTrace();
        return cause.getClass().getSimpleName() + (trace.length == 0 ? "" : " at " + trace[0]);
    }

    /** The same failure for a log, with its traces and without the messages that may quote. */
    public static Throwable withoutMessages(Throwable failure) {
        return failure instanceof WithoutMessage ? failure : new WithoutMessage(failure, MAX_CAUSES);
    }

    /** A text about a failure, with the classes of what failed where it repeats their messages. */
    static String withoutMessages(String text, Throwable failure) {
        String careful = text;
        Throwable cause = failure;
        for (int depth = 0; cause != null && depth <= MAX_CAUSES; depth++) {
            String message = cause.getMessage();
            if (message != null && !message.isEmpty() && !quotesNothing(cause)) {
                careful = careful.replace(message, cause.getClass().getSimpleName());
            }
            cause = cause.getCause();
        }
        return careful;
    }

    private static boolean quotesNothing(Throwable failure) {
        String name = failure.getClass().getName();
        if (name.startsWith("io.weir.")) {
            return !name.startsWith("io.weir.event.") && !name.startsWith("io.weir.http.");
        }
        return name.startsWith("io.lettuce.")
                // a parser's failure is one of IO, too, and quotes what it parsed
                || (failure instanceof IOException && name.startsWith("java."))
                || failure instanceof TimeoutException;
    }
}
