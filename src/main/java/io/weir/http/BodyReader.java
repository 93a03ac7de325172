package io.weir.http;

import io.weir.logging.FailureText;
import io.weir.settings.HttpSettings;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeoutException;
import java.util.zip.GZIPInputStream;
import org.apache.pekko.actor.ClassicActorSystemProvider;
import org.apache.pekko.http.javadsl.model.HttpEntity;
import org.apache.pekko.http.javadsl.model.RequestEntity;
import org.apache.pekko.http.scaladsl.model.EntityStreamException;
import org.apache.pekko.http.scaladsl.model.EntityStreamSizeException;
import org.apache.pekko.stream.StreamTcpException;

/** Reads bodies whole, within a size and a time. */
final class BodyReader {
    private final ClassicActorSystemProvider system;
    private final int maxBytes;
    private final long timeoutMillis;

    BodyReader(ClassicActorSystemProvider system, HttpSettings settings) {
        this.system = system;
        this.maxBytes = settings.maxBodyBytes();
        this.timeoutMillis = settings.readTimeout().toMillis();
    }

    /** The body; fails with {@link Refusal}. Done at once when the body arrived with the head. */
    CompletionStage<byte[]> read(RequestEntity entity) {
        if (entity.getContentLengthOption().orElse(0) > maxBytes) {
            return CompletableFuture.failedFuture(tooLarge());
        }
        if (entity instanceof HttpEntity.Strict strict) {
            return CompletableFuture.completedFuture(strict.getData().toArrayUnsafe());
        }
        return entity.toStrict(timeoutMillis, maxBytes, system)
                .thenApply(strict -> strict.getData().toArrayUnsafe())
                .exceptionallyCompose(failure -> CompletableFuture.failedFuture(refusal(FailureText.cause(failure))));
    }

    /** The body, unpacked where it is packed; no more of it than a body may have. Fails with {@link Refusal}. */
    CompletionStage<byte[]> read(RequestEntity entity, IngestOptions options, IngestMetrics metrics) {
        CompletionStage<byte[]> body = read(entity);
        return options.gzip() ? body.thenApply(packed -> unpack(packed, metrics)) : body;
    }

    private byte[] unpack(byte[] packed, IngestMetrics metrics) {
        // one byte more than allowed shows that there is more, and the rest is never unpacked
        try (GZIPInputStream stream = new GZIPInputStream(new ByteArrayInputStream(packed))) {
            byte[] body = stream.readNBytes(maxBytes + 1);
            if (body.length > maxBytes) {
                throw new Refusal(RefusalReason.BODY_TOO_LARGE, "the body unpacks to more than " + maxBytes + " bytes");
            }
            metrics.unpacked(body.length);
            return body;
        } catch (IOException broken) {
            // no field: that would say that another encoding helps
            throw new Refusal(
                    RefusalReason.MALFORMED,
                    "the body is not whole gzip, as its Content-Encoding says"
                            + (broken.getMessage() == null ? "" : ": " + broken.getMessage()));
        }
    }

    private Throwable refusal(Throwable cause) {
        return switch (cause) {
            case TimeoutException late ->
                new Refusal(RefusalReason.TIMEOUT, "the body was not here after " + timeoutMillis + " ms");
            case EntityStreamSizeException tooLarge -> tooLarge();
            case EntityStreamException broken ->
                broken.info().summary().contains("too large")
                        ? tooLarge()
                        : new Refusal(RefusalReason.MALFORMED, broken.info().summary());
            case StreamTcpException gone -> new Refusal(RefusalReason.MALFORMED, "the connection was closed");
            default -> cause;
        };
    }

    private Refusal tooLarge() {
        return new Refusal(RefusalReason.BODY_TOO_LARGE, "the body has more than " + maxBytes + " bytes");
    }
}
