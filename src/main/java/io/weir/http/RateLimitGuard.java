package io.weir.http;

import io.weir.limit.LimitVerdict;
import io.weir.limit.RateLimit;
import io.weir.limit.RateLimiter;
import io.weir.settings.HttpSettings;
import io.weir.settings.RateLimitRule;
import io.weir.settings.RateLimitSettings;
import io.weir.settings.SettingsException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.HttpResponse;

/** Puts the rules of the configuration before the routes that they are for. Routes without a rule are left as they are. */
public final class RateLimitGuard implements RouteGuard {
    private static final class Limited {
        final RateLimitRule rule;
        final RateLimitPath path;
        final RateLimit limit;
        final Set<String> methods = new TreeSet<>();

        Limited(RateLimitRule rule, RateLimit limit) {
            this.rule = rule;
            this.path = new RateLimitPath(rule.path());
            this.limit = limit;
        }

        boolean isFor(String method) {
            return rule.methods().isEmpty() || rule.methods().contains(method);
        }
    }

    private final List<Limited> rules = new ArrayList<>();
    private final List<String> templates = new ArrayList<>();
    private final RateLimiter limiter;
    private final RateLimitSubject subjects;
    private final RateLimitAnswers answers;
    private final Executor executor;

    /**
     * Prepares the rules.
     *
     * @param executor for the handlers, which must not run on a thread of the connection to Redis
     */
    public RateLimitGuard(
            RateLimitSettings settings,
            HttpSettings http,
            RateLimiter limiter,
            InstantSource clock,
            Executor executor) {
        this.limiter = limiter;
        this.subjects = new RateLimitSubject(new ClientAddress(http.trustedProxies()), settings);
        this.answers = new RateLimitAnswers(clock);
        this.executor = executor;
        for (RateLimitRule rule : settings.rules()) {
            rules.add(new Limited(rule, limiter.limit(rule.name(), rule.limit(), rule.window())));
        }
    }

    @Override
    public RequestHandler guard(String method, String path, RequestHandler handler) {
        if (path.indexOf('{') >= 0) {
            templates.add(path);
        }
        List<Limited> applying = new ArrayList<>();
        for (Limited limited : rules) {
            if (limited.path.matches(path)) {
                limited.methods.add(method);
                if (limited.isFor(method)) {
                    applying.add(limited);
                }
            }
        }
        return applying.isEmpty() ? handler : limited(List.copyOf(applying), method, path, handler);
    }

    /** Whether there are no rules. */
    public boolean isEmpty() {
        return rules.isEmpty();
    }

    /**
     * To be called once every route has been guarded.
     *
     * @throws SettingsException when a rule is for no route, or for a method that its routes don't have
     */
    public void requireRoutes() {
        for (Limited limited : rules) {
            RateLimitRule rule = limited.rule;
            if (limited.methods.isEmpty()) {
                throw new SettingsException(
                        rule.place() + ".path", "is \"" + rule.path() + "\", and no route has that path" + hint(rule));
            }
            for (String method : rule.methods()) {
                if (!limited.methods.contains(method)) {
                    throw new SettingsException(
                            rule.place() + ".methods",
                            "holds " + method + "; what is served at " + rule.path() + " takes "
                                    + String.join(", ", limited.methods)
                                    + (method.equals("HEAD") ? ", and HEAD counts as GET" : ""));
                }
            }
        }
    }

    private String hint(RateLimitRule rule) {
        for (String template : templates) {
            if (new PathTemplate(template).match(rule.path()) != null) {
                return "; write the route's own, " + template;
            }
        }
        return "; write that of a route, as a stream's ingest.path, or the beginning of some with * after it";
    }

    private RequestHandler limited(List<Limited> applying, String method, String path, RequestHandler handler) {
        String route = method + " " + path;
        return (request, variables) -> {
            List<RateLimit.Attempt> attempts = new ArrayList<>(applying.size());
            for (Limited limited : applying) {
                attempts.add(limited.limit.by(subjects.of(limited.rule.keys(), request, path, variables)));
            }
            CompletableFuture<LimitVerdict> verdict =
                    limiter.tryAcquireAll(attempts).toCompletableFuture();
            return verdict.state() == CompletableFuture.State.SUCCESS
                    ? answer(verdict.resultNow(), route, request, variables, handler)
                    : verdict.thenComposeAsync(later -> answer(later, route, request, variables, handler), executor);
        };
    }

    private CompletionStage<HttpResponse> answer(
            LimitVerdict verdict, String route, HttpRequest request, List<String> variables, RequestHandler handler) {
        if (!verdict.allowed()) {
            return CompletableFuture.completedFuture(answers.limited(verdict));
        }
        CompletionStage<HttpResponse> answer;
        try {
            answer = handler.handle(request, variables);
        } catch (RuntimeException failure) {
            answer = CompletableFuture.failedStage(failure);
        }
        return answer.handle((response, failure) ->
                answers.withHeaders(failure == null ? response : HttpServer.internalError(route, failure), verdict));
    }
}
