package io.weir.http;

import io.weir.settings.HttpSettings;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Pattern;
import org.apache.pekko.actor.ClassicActorSystemProvider;
import org.apache.pekko.http.javadsl.model.AttributeKeys;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.RemoteAddress;
import org.apache.pekko.http.javadsl.model.headers.RawHeader;
import org.jspecify.annotations.Nullable;

/**
 * Decides who may use routes that are not everybody's: whoever shows their secret, or for scheduled jobs has signed the
 * request with it. Without one, requests of this machine alone, and only while the server listens on nothing else.
 */
public final class AdminAccess {
    /** What the administrative routes begin with. */
    public static final String PREFIX = "/api/admin/";
    /** What the routes of scheduled jobs begin with. */
    public static final String CRON_PREFIX = "/api/cron/";

    private static final String SCHEME = "bearer ";
    /** What only a proxy adds; the machine that it names instead of the peer is not known to be this one. */
    private static final List<String> PROXY_HEADERS = List.of("Forwarded", "X-Forwarded-For", "X-Real-IP", "Via");

    private static final Pattern LOOPBACK_HOST =
            Pattern.compile("(localhost|127(\\.\\d{1,3}){3}|\\[::1])(:\\d+)?", Pattern.CASE_INSENSITIVE);

    private final byte @Nullable [] token;
    private final String variable;
    private final String setting;
    private final boolean onLoopback;
    private final @Nullable RequestSignature signature;

    private AdminAccess(
            @Nullable String token,
            String variable,
            String setting,
            HttpSettings settings,
            @Nullable RequestSignature signature) {
        this.token = token == null ? null : token.getBytes(StandardCharsets.UTF_8);
        this.variable = variable;
        this.setting = setting;
        this.onLoopback = settings.isLoopback();
        this.signature = signature;
    }

    /** To the administrative routes. */
    public static AdminAccess of(HttpSettings settings) {
        return new AdminAccess(settings.adminToken(), "WEIR_ADMIN_TOKEN", "weir.http.admin-token", settings, null);
    }

    /** To the routes of scheduled jobs. */
    public static AdminAccess ofCron(HttpSettings settings, ClassicActorSystemProvider system) {
        String secret = settings.cronSecret();
        RequestSignature signature = secret == null
                ? null
                : new RequestSignature(
                        secret,
                        settings.signatureTolerance(),
                        new BodyReader(system, settings),
                        InstantSource.system());
        return new AdminAccess(secret, "CRON_SECRET", "weir.http.cron-secret", settings, signature);
    }

    /** The handler, called only for those who may. */
    public RequestHandler guard(RequestHandler handler) {
        return (request, variables) -> {
            if (signature != null && signature.isSigned(request)) {
                return signature
                        .check(request)
                        .thenCompose(checked -> checked.problem() == null
                                ? handler.handle(checked.request(), variables)
                                : CompletableFuture.completedStage(unauthorized(checked.problem(), "")));
            }
            HttpResponse refused = refusal(request);
            return refused == null ? handler.handle(request, variables) : CompletableFuture.completedFuture(refused);
        };
    }

    private @Nullable HttpResponse refusal(HttpRequest request) {
        byte[] expected = token;
        if (expected == null) {
            String problem = problemWithoutToken(request);
            return problem == null
                    ? null
                    : Problem.of(
                                    403,
                                    "Forbidden",
                                    problem + "; set " + variable + " (" + setting + ") and send it as"
                                            + " \"Authorization: Bearer …\"")
                            .response();
        }
        String shown = RequestHeaders.first(request, "Authorization");
        if (shown == null || !shown.toLowerCase(Locale.ROOT).startsWith(SCHEME)) {
            String signed = signature == null ? "" : ", or a request that is signed with it";
            return unauthorized(
                    "this path takes \"Authorization: Bearer …\" with the token of " + variable + signed, "");
        }
        byte[] given = shown.substring(SCHEME.length()).strip().getBytes(StandardCharsets.UTF_8);
        // in a time that says nothing about the token
        return MessageDigest.isEqual(given, expected)
                ? null
                : unauthorized(
                        "the token is not the one that the server was started with", ", error=\"invalid_token\"");
    }

    private @Nullable String problemWithoutToken(HttpRequest request) {
        if (!onLoopback) {
            return "without a token these paths are served on a loopback address only, and this server listens on more";
        }
        Optional<InetAddress> peer =
                request.getAttribute(AttributeKeys.remoteAddress).flatMap(RemoteAddress::getAddress);
        if (peer.isEmpty() || !peer.get().isLoopbackAddress()) {
            return "without a token these paths answer requests of this machine only";
        }
        for (String name : PROXY_HEADERS) {
            if (RequestHeaders.first(request, name) != null) {
                return "without a token these paths answer no request that came through a proxy (" + name + ")";
            }
        }
        // a web page of somebody else's, open in a browser on this machine, is not this machine's user
        String host = RequestHeaders.first(request, "Host");
        if (host != null && !LOOPBACK_HOST.matcher(host).matches()) {
            return "without a token these paths are served as localhost only, not as " + host;
        }
        String origin = RequestHeaders.first(request, "Origin");
        if (origin != null && !origin.equalsIgnoreCase("http://" + host)) {
            return "without a token these paths answer no page of another origin";
        }
        return null;
    }

    private static HttpResponse unauthorized(String detail, String parameter) {
        return Problem.of(401, "Unauthorized", detail)
                .response()
                .addHeader(RawHeader.create("WWW-Authenticate", "Bearer realm=\"weir\"" + parameter));
    }
}
