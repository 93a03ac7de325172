package io.weir.http;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.apache.pekko.http.javadsl.model.HttpEntities;
import org.apache.pekko.http.javadsl.model.HttpHeader;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.jspecify.annotations.Nullable;

/**
 * Checks the header {@code Weir-Signature: t=<seconds since 1970>,v1=<hex>}: the HMAC-SHA256 of
 * {@code <t>.<method>.<path and query>.<body>} under a secret that client and server share.
 */
final class RequestSignature {
    /**
     * What came of a check.
     *
     * @param request the request, whose body is read by now
     * @param problem why it is refused; null when the signature is good
     */
    record Checked(HttpRequest request, @Nullable String problem) {}

    static final String HEADER = "Weir-Signature";

    private static final String ALGORITHM = "HmacSHA256";
    private static final Pattern FORM = Pattern.compile("t=([0-9]{1,12}),v1=([0-9a-fA-F]{64})");

    private final byte[] secret;
    private final Duration tolerance;
    private final BodyReader bodies;
    private final InstantSource clock;

    RequestSignature(String secret, Duration tolerance, BodyReader bodies, InstantSource clock) {
        this.secret = secret.getBytes(StandardCharsets.UTF_8);
        this.tolerance = tolerance;
        this.bodies = bodies;
        this.clock = clock;
    }

    boolean isSigned(HttpRequest request) {
        return request.getHeader(HEADER).isPresent();
    }

    /** Reads the body and compares. Fails with {@link Refusal} when the body can't be read. */
    CompletionStage<Checked> check(HttpRequest request) {
        String header = request.getHeader(HEADER).map(HttpHeader::value).orElse("");
        Matcher matcher = FORM.matcher(header);
        if (!matcher.matches()) {
            return refused(request, HEADER + " must be like t=1700000000,v1=<64 hexadecimal digits>");
        }
        Instant signedAt = Instant.ofEpochSecond(Long.parseLong(matcher.group(1)));
        if (Duration.between(signedAt, clock.instant()).abs().compareTo(tolerance) > 0) {
            return refused(request, HEADER + " is of " + signedAt + ", more than " + tolerance + " away from now");
        }
        return bodies.read(request.entity()).thenApply(body -> {
            byte[] expected = sign(matcher.group(1), request, body);
            boolean good = MessageDigest.isEqual(expected, HexFormat.of().parseHex(matcher.group(2)));
            HttpRequest read =
                    request.withEntity(HttpEntities.create(request.entity().getContentType(), body));
            return new Checked(read, good ? null : HEADER + " is not that of this request under the server's secret");
        });
    }

    private static CompletionStage<Checked> refused(HttpRequest request, String problem) {
        return CompletableFuture.completedFuture(new Checked(request, problem));
    }

    private byte[] sign(String time, HttpRequest request, byte[] body) {
        String target = request.getUri().path()
                + request.getUri().rawQueryString().map(query -> "?" + query).orElse("");
        try {
            Mac mac = Mac.getInstance(ALGORITHM);
            mac.init(new SecretKeySpec(secret, ALGORITHM));
            mac.update((time + "." + request.method().name() + "." + target + ".").getBytes(StandardCharsets.UTF_8));
            return mac.doFinal(body);
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
