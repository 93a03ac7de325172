package io.weir.http;

import io.weir.link.Link;
import io.weir.link.LinkCodes;
import io.weir.link.LinkRegistry;
import io.weir.link.LinkStore;
import io.weir.logging.FailureText;
import io.weir.settings.HttpSettings;
import io.weir.settings.LinkSettings;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.http.javadsl.model.HttpHeader;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.headers.RawHeader;
import org.jspecify.annotations.Nullable;

/** Answers {@code /api/v1/links}, by which links are created, looked at, changed and deleted. */
public final class LinkHandlers {
    /** What its routes begin with. */
    public static final String PATH = "/api/v1/links";

    private static final int USUAL_PAGE = 100;
    private static final int LARGEST_PAGE = 1_000;

    private final LinkRegistry links;
    private final @Nullable String publicUrl;
    private final BodyReader bodies;
    private final AdminCalls calls;

    public LinkHandlers(LinkRegistry links, LinkSettings settings, HttpSettings http, ActorSystem<?> system) {
        this.links = links;
        this.publicUrl = settings.publicUrl();
        this.bodies = new BodyReader(system, http);
        this.calls = new AdminCalls(system, http);
    }

    /** Adds the routes; who may use them is decided by a guard. */
    public void addTo(Routes.Builder routes) {
        routes.add("POST", PATH, this::create)
                .add("GET", PATH, this::list)
                .add("GET", PATH + "/{code}", this::show)
                .add("PATCH", PATH + "/{code}", this::change)
                .add("DELETE", PATH + "/{code}", this::delete);
    }

    private CompletionStage<HttpResponse> create(HttpRequest request, List<String> variables) {
        return withBody(request, body -> {
            LinkStore.NewLink wanted = LinkBody.created(body);
            refuseOwn(request, wanted.url());
            if (links.codes().isReserved(wanted.code())) {
                throw new LinkBody.InvalidMember(
                        "code", "is \"" + wanted.code() + "\", which the server answers itself");
            }
            LinkRegistry.Created created = links.create(wanted);
            Link link = created.link();
            if (created.isNew()) {
                return links.announce(link.code(), link.target().version(), link.target())
                        .thenApply(told -> answer(request, 201, link)
                                .addHeader(RawHeader.create("Location", PATH + "/" + link.code())));
            }
            // who did not get the answer to a creation may send it again
            return CompletableFuture.completedStage(
                    isSame(wanted, link) ? answer(request, 200, link) : taken(link.code()));
        });
    }

    private static boolean isSame(LinkStore.NewLink wanted, Link link) {
        return wanted.url().equals(link.url())
                && Objects.equals(wanted.project(), link.project())
                && Objects.equals(wanted.expiresAt(), link.expiresAt());
    }

    private CompletionStage<HttpResponse> list(HttpRequest request, List<String> variables) {
        return calls.call(() -> {
            QueryParameters parameters = QueryParameters.of(request, Set.of("project", "after", "limit"));
            int limit = parameters.limit("limit", USUAL_PAGE, LARGEST_PAGE);
            String after = Objects.requireNonNullElse(parameters.text("after"), "");
            List<Link> found = links.list(parameters.text("project"), after, limit + 1);
            boolean isLast = found.size() <= limit;
            return IngestAnswers.json(
                    200,
                    LinkJson.page(isLast ? found : found.subList(0, limit), isLast, code -> shortUrl(request, code)));
        });
    }

    private CompletionStage<HttpResponse> show(HttpRequest request, List<String> variables) {
        return calls.call(() -> {
            QueryParameters.of(request, Set.of());
            Link link = LinkCodes.isCode(variables.getFirst()) ? links.find(variables.getFirst()) : null;
            return link == null ? missing(variables.getFirst()) : answer(request, 200, link);
        });
    }

    private CompletionStage<HttpResponse> change(HttpRequest request, List<String> variables) {
        String code = variables.getFirst();
        return withBody(request, body -> {
            LinkStore.LinkChange wanted = LinkBody.changed(body);
            if (wanted.url() != null) {
                refuseOwn(request, wanted.url());
            }
            Link link = LinkCodes.isCode(code) ? links.change(code, wanted) : null;
            if (link == null) {
                return CompletableFuture.completedStage(missing(code));
            }
            return links.announce(code, link.target().version(), link.target())
                    .thenApply(told -> answer(request, 200, link));
        });
    }

    private CompletionStage<HttpResponse> delete(HttpRequest request, List<String> variables) {
        String code = variables.getFirst();
        return calls.compose(() -> {
            QueryParameters.of(request, Set.of());
            Long version = LinkCodes.isCode(code) ? links.delete(code) : null;
            return version == null
                    ? CompletableFuture.completedStage(missing(code))
                    : links.announce(code, version, null)
                            .thenApply(told -> HttpResponse.create().withStatus(204));
        });
    }

    private CompletionStage<HttpResponse> withBody(
            HttpRequest request, Function<byte[], CompletionStage<HttpResponse>> work) {
        return bodies.read(request.entity())
                .thenCompose(body -> calls.compose(() -> {
                    QueryParameters.of(request, Set.of());
                    try {
                        return work.apply(body);
                    } catch (LinkBody.InvalidMember invalid) {
                        return CompletableFuture.completedStage(
                                Problem.of(422, "Invalid link", String.valueOf(invalid.getMessage()))
                                        .with("field", invalid.member())
                                        .response());
                    }
                }))
                .exceptionally(failure -> calls.answerTo(FailureText.cause(failure)));
    }

    /** A short URL that leads to a short URL of this server may lead back to itself. */
    private void refuseOwn(HttpRequest request, String url) {
        String own = shortUrl(request, "").toLowerCase(Locale.ROOT);
        if (url.toLowerCase(Locale.ROOT).startsWith(own)) {
            String path = url.substring(own.length()).replaceFirst("[?#].*", "");
            if (LinkCodes.isCode(path) && !links.codes().isReserved(path)) {
                throw new LinkBody.InvalidMember("url", "is a short URL of this server, and could lead in a circle");
            }
        }
    }

    private HttpResponse answer(HttpRequest request, int status, Link link) {
        return IngestAnswers.json(status, LinkJson.link(link, shortUrl(request, link.code())));
    }

    private String shortUrl(HttpRequest request, String code) {
        if (publicUrl != null) {
            return publicUrl + "/" + code;
        }
        String host = request.getHeader("Host").map(HttpHeader::value).orElse("");
        return "http://" + host + "/" + code;
    }

    private static HttpResponse missing(String code) {
        return Problem.of(404, "Not Found", "there is no link " + code).response();
    }

    private static HttpResponse taken(String code) {
        return Problem.of(409, "Conflict", "code \"" + code + "\" is taken by a link that leads elsewhere")
                .with("field", "code")
                .response();
    }
}
