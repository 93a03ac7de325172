package io.weir.log;

import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.output.ArrayOutput;
import io.lettuce.core.output.CommandOutput;
import io.lettuce.core.protocol.AsyncCommand;
import io.lettuce.core.protocol.Command;
import io.lettuce.core.protocol.CommandArgs;
import io.lettuce.core.protocol.ProtocolKeyword;
import io.weir.logging.FailureText;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Sends single commands, each with a time limit of its own. Failed stages hold a {@link ReaderFailure}. */
final class RedisCalls {
    private RedisCalls() {}

    static CommandArgs<byte[], byte[]> args() {
        return new CommandArgs<>(ByteArrayCodec.INSTANCE);
    }

    /** Calls what answers with numbers, strings and lists of them. */
    static CompletableFuture<List<Object>> call(
            @Nullable StatefulRedisConnection<byte[], byte[]> connection,
            ProtocolKeyword type,
            CommandArgs<byte[], byte[]> args,
            Duration timeout) {
        return call(connection, type, new ArrayOutput<>(ByteArrayCodec.INSTANCE), args, timeout);
    }

    /** The same over the connection that all share, whose route learns from it. */
    static CompletableFuture<List<Object>> call(
            RedisRoute route, ProtocolKeyword type, CommandArgs<byte[], byte[]> args, Duration timeout) {
        return call(route, type, new ArrayOutput<>(ByteArrayCodec.INSTANCE), args, timeout);
    }

    static <T> CompletableFuture<T> call(
            RedisRoute route,
            ProtocolKeyword type,
            CommandOutput<byte[], byte[], T> output,
            CommandArgs<byte[], byte[]> args,
            Duration timeout) {
        return call(route.current(), type, output, args, timeout).whenComplete((answer, problem) -> {
            if (problem != null) {
                route.redirected(String.valueOf(failure(problem).getMessage()));
            }
        });
    }

    static <T> CompletableFuture<T> call(
            @Nullable StatefulRedisConnection<byte[], byte[]> connection,
            ProtocolKeyword type,
            CommandOutput<byte[], byte[], T> output,
            CommandArgs<byte[], byte[]> args,
            Duration timeout) {
        if (connection == null) {
            return CompletableFuture.failedFuture(unavailable("Redis is not connected"));
        }
        AsyncCommand<byte[], byte[], T> command = new AsyncCommand<>(new Command<>(type, output, args));
        try {
            connection.dispatch(command);
        } catch (RuntimeException problem) {
            return CompletableFuture.failedFuture(failure(problem));
        }
        return command.thenApply(Function.<T>identity())
                .toCompletableFuture()
                .orTimeout(timeout.toMillis(), TimeUnit.MILLISECONDS)
                .exceptionallyCompose(problem -> CompletableFuture.failedFuture(failure(problem)));
    }

    /** Closes a connection and waits for nothing; what is in flight on it fails. */
    static void close(StatefulRedisConnection<byte[], byte[]> connection) {
        var _ = connection.closeAsync();
    }

    static String text(Object bulk) {
        return new String((byte[]) bulk, StandardCharsets.UTF_8);
    }

    static boolean hasMessage(Throwable problem, String beginning) {
        String message = FailureText.cause(problem).getMessage();
        return message != null && message.startsWith(beginning);
    }

    static ReaderFailure failure(Throwable problem) {
        Throwable cause = FailureText.cause(problem);
        if (cause instanceof ReaderFailure failure) {
            return failure;
        }
        String message = String.valueOf(cause.getMessage());
        if (cause instanceof RedisCommandExecutionException) {
            // UNBLOCKED: the stream was deleted during a blocking read, and its groups with it
            return message.startsWith("NOGROUP") || message.startsWith("UNBLOCKED")
                    ? new ReaderFailure(
                            ReaderFailure.Reason.GROUP_GONE,
                            "another incarnation took over, or somebody deleted the group: " + message)
                    : unavailable(message);
        }
        return unavailable(
                cause instanceof TimeoutException ? "Redis did not answer in time" : "Redis is away: " + message);
    }

    private static ReaderFailure unavailable(String message) {
        return new ReaderFailure(ReaderFailure.Reason.UNAVAILABLE, message);
    }
}
