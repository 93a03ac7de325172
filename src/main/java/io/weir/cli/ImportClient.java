package io.weir.cli;

import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Sends chunks to the server, each until it is taken or can't be. Thread-safe; blocks. */
final class ImportClient implements AutoCloseable {
    /** Gets what became of a chunk, in one call or, after a split, several. */
    interface Listener {
        void taken(ImportChunk chunk, ImportAnswer answer);

        /** The chunk is one line that is longer than an event may be; it was not taken. */
        void tooLarge(ImportChunk line, String detail);
    }

    /** Something that sending again does not help against; the message says what to do. */
    static final class Stopped extends Exception {
        private static final long serialVersionUID = 1L;

        Stopped(String message) {
            super(message);
        }
    }

    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);
    private static final Duration ANSWER_TIMEOUT = Duration.ofSeconds(60);
    private static final long FIRST_BACKOFF_MILLIS = 100;
    private static final long LONGEST_BACKOFF_MILLIS = 5_000;

    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(CONNECT_TIMEOUT)
            .build();
    private final String target;
    private final String key;
    private final @Nullable String writeKey;
    private final Duration retryFor;
    private final Consumer<String> notes;

    /**
     * A client for one stream.
     *
     * @param key what the whole file is known by
     * @param writeKey what the server wants to be shown; null where it wants nothing
     * @param retryFor how long one chunk is tried
     * @param notes told, for a person, why a chunk is tried again
     */
    ImportClient(
            URI server,
            String stream,
            String key,
            @Nullable String writeKey,
            Duration retryFor,
            Consumer<String> notes) {
        String base = server.toString().replaceAll("/+$", "");
        String name = URLEncoder.encode(stream, StandardCharsets.UTF_8).replace("+", "%20");
        this.target = base + "/api/v1/streams/" + name + "/events?on-invalid=dead-letter&first-index=";
        this.key = key;
        this.writeKey = writeKey;
        this.retryFor = retryFor;
        this.notes = notes;
    }

    /** Sends a chunk, in smaller ones where the server finds it too large. */
    void send(ImportChunk chunk, Listener listener) throws Stopped, InterruptedException {
        HttpResponse<byte[]> response = retried(chunk);
        switch (response.statusCode()) {
            case 200, 202 -> {
                try {
                    listener.taken(chunk, ImportAnswer.parse(response.body()));
                } catch (IOException notWeir) {
                    throw new Stopped("the answer is not Weir's; check --url: " + text(response));
                }
            }
            case 413 -> {
                if (chunk.lines() == 1) {
                    listener.tooLarge(chunk, ImportAnswer.detail(text(response)));
                } else {
                    for (ImportChunk half : chunk.split()) {
                        send(half, listener);
                    }
                }
            }
            default -> throw new Stopped(explanation(chunk, response));
        }
    }

    @Override
    public void close() {
        http.shutdownNow();
    }

    private HttpResponse<byte[]> retried(ImportChunk chunk) throws Stopped, InterruptedException {
        HttpRequest.Builder builder = HttpRequest.newBuilder(URI.create(target + chunk.firstLine()))
                .timeout(ANSWER_TIMEOUT)
                .header("Content-Type", "text/plain")
                .header("Idempotency-Key", key)
                .POST(HttpRequest.BodyPublishers.ofByteArray(chunk.body()));
        HttpRequest request = (writeKey == null ? builder : builder.header("X-Weir-Key", writeKey)).build();
        long deadlineNanos = System.nanoTime() + retryFor.toNanos();
        long backoffMillis = FIRST_BACKOFF_MILLIS;
        while (true) {
            String trouble;
            long askedMillis = 0;
            try {
                HttpResponse<byte[]> response = http.send(request, HttpResponse.BodyHandlers.ofByteArray());
                if (!isWorthRetrying(response.statusCode())) {
                    return response;
                }
                trouble = response.statusCode() + ": " + ImportAnswer.detail(text(response));
                askedMillis = 1_000
                        * response.headers()
                                .firstValue("Retry-After")
                                .map(ImportClient::seconds)
                                .orElse(0L);
            } catch (ConnectException nobody) {
                trouble = "nobody answers there; is Weir running?";
            } catch (IOException broken) {
                trouble = broken.toString();
            }
            if (System.nanoTime() > deadlineNanos) {
                throw new Stopped("gave up after " + retryFor.toSeconds() + " s: " + trouble
                        + "; when that is mended, run the same command again");
            }
            notes.accept(trouble);
            // apart, so that several connections don't come back at one moment
            long jitterMillis = ThreadLocalRandom.current().nextLong(backoffMillis / 2 + 1);
            Thread.sleep(Math.max(askedMillis, backoffMillis) + jitterMillis);
            backoffMillis = Math.min(LONGEST_BACKOFF_MILLIS, backoffMillis * 2);
        }
    }

    private static boolean isWorthRetrying(int status) {
        return switch (status) {
            case 408, 429, 500, 502, 503, 504 -> true;
            default -> false;
        };
    }

    private static String explanation(ImportChunk chunk, HttpResponse<byte[]> response) {
        String detail = ImportAnswer.detail(text(response));
        String remedy = switch (response.statusCode()) {
            case 401, 403 -> "give --write-key, or WEIR_WRITE_KEY, a key of the stream";
            case 404 -> "check --stream and --url";
            case 415 -> "give the stream's definition the form access-log";
            case 422 -> "an import needs a stream that keeps keys, or a second run would count twice";
            default -> "mend that and run the same command again";
        };
        return "lines " + (chunk.firstLine() + 1) + " to " + (chunk.firstLine() + chunk.lines()) + " were refused with "
                + response.statusCode() + ": " + detail + "; " + remedy;
    }

    private static long seconds(String retryAfter) {
        try {
            return Math.clamp(Long.parseLong(retryAfter), 0, 60);
        } catch (NumberFormatException aDate) {
            return 0;
        }
    }

    private static String text(HttpResponse<byte[]> response) {
        return new String(response.body(), StandardCharsets.UTF_8);
    }
}
