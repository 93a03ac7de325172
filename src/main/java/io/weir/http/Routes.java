package io.weir.http;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.headers.RawHeader;
import org.jspecify.annotations.Nullable;

/**
 * Which handler answers which path and method. A plain path is one look-up in a map and wins over templates; templates
 * are tried in the order in which they were added, those added last after all others. HEAD is answered as GET, OPTIONS by
 * the route itself.
 */
public final class Routes {
    /** Collects routes. A path that is claimed twice is refused. */
    public static final class Builder {
        private final Map<String, Map<String, RequestHandler>> plain = new HashMap<>();
        private final Map<String, Map<String, RequestHandler>> templates = new LinkedHashMap<>();
        private final Map<String, Map<String, RequestHandler>> last = new LinkedHashMap<>();
        private final List<RouteGuard> guards = new ArrayList<>();
        private SecurityHeaders securityHeaders = SecurityHeaders.PLAIN;
        private @Nullable Cors cors;

        private Builder() {}

        /** Puts a guard before every route, added before or after, and before the guards that there are. */
        public Builder guard(RouteGuard guard) {
            guards.add(guard);
            return this;
        }

        /** The same before every route whose path begins with {@code prefix}. */
        public Builder guard(String prefix, UnaryOperator<RequestHandler> guard) {
            return guard((method, path, handler) -> path.startsWith(prefix) ? guard.apply(handler) : handler);
        }

        /** The same before the routes of one path, written as in {@link #add}. */
        public Builder guardPath(String guarded, UnaryOperator<RequestHandler> guard) {
            return guard((method, path, handler) -> path.equals(guarded) ? guard.apply(handler) : handler);
        }

        /** Sets what browsers are told about every answer, and which pages may read them; null for none. */
        Builder browsers(SecurityHeaders headers, @Nullable Cors pages) {
            this.securityHeaders = headers;
            this.cors = pages;
            return this;
        }

        /**
         * Adds a route.
         *
         * @param method GET, POST, …
         * @param path a plain path, percent-encoded as clients send it, or a template: <code>{name}</code> stands for
         *     one segment, <code>{name...}</code> at the end for all that remains
         * @throws IllegalArgumentException when the path has a handler for the method
         */
        public Builder add(String method, String path, RequestHandler handler) {
            return add(path.indexOf('{') < 0 ? plain : templates, method, path, handler);
        }

        /** Adds a template that takes only what no other route takes, whether added before or after. */
        public Builder addLast(String method, String template, RequestHandler handler) {
            return add(last, method, template, handler);
        }

        private Builder add(
                Map<String, Map<String, RequestHandler>> routes, String method, String path, RequestHandler handler) {
            Map<String, RequestHandler> methods = routes.computeIfAbsent(path, absent -> new TreeMap<>());
            if (methods.putIfAbsent(method, handler) != null) {
                throw new IllegalArgumentException("two handlers for " + method + " " + path);
            }
            return this;
        }

        /** Whether a route, other than those added last, begins with this segment; to be asked once all are there. */
        public boolean beginsWith(String segment) {
            String path = "/" + segment;
            return Stream.of(plain, templates)
                    .flatMap(routes -> routes.keySet().stream())
                    .anyMatch(route -> route.equals(path) || route.startsWith(path + "/"));
        }

        public Routes build() {
            Map<String, Route> byPath = HashMap.newHashMap(plain.size());
            plain.forEach((path, methods) -> byPath.put(path, new Route(guarded(path, methods))));
            List<Template> parsed = new ArrayList<>();
            templates.forEach((path, methods) -> parsed.add(template(path, methods, false)));
            last.forEach((path, methods) -> parsed.add(template(path, methods, true)));
            SortedSet<String> routes = new TreeSet<>();
            Stream.of(plain, templates, last)
                    .forEach(all -> all.forEach(
                            (path, methods) -> methods.keySet().forEach(method -> routes.add(method + " " + path))));
            return new Routes(byPath, List.copyOf(parsed), routes, securityHeaders, cors);
        }

        private Template template(String path, Map<String, RequestHandler> methods, boolean isLast) {
            return new Template(new PathTemplate(path), new Route(guarded(path, methods)), isLast);
        }

        private Map<String, RequestHandler> guarded(String path, Map<String, RequestHandler> methods) {
            Map<String, RequestHandler> guarded = new TreeMap<>(methods);
            for (RouteGuard guard : guards) {
                guarded.replaceAll((method, handler) -> guard.guard(method, path, handler));
            }
            return guarded;
        }
    }

    /**
     * A route whose path has variables.
     *
     * @param isLast whether it takes what no other route takes; what it does not take itself is nowhere
     */
    private record Template(PathTemplate path, Route route, boolean isLast) {}

    private static final class Route {
        private final Map<String, RequestHandler> handlers;
        private final HttpResponse options;
        private final HttpResponse wrongMethod;

        Route(Map<String, RequestHandler> methods) {
            Map<String, RequestHandler> all = new TreeMap<>(methods);
            RequestHandler get = all.get("GET");
            if (get != null) {
                all.putIfAbsent("HEAD", get);
            }
            String allowed = String.join(", ", all.keySet()) + ", OPTIONS";
            RawHeader allow = RawHeader.create("Allow", allowed);
            options = HttpResponse.create().withStatus(204).addHeader(allow);
            wrongMethod = Problem.of(405, "Method Not Allowed", "this path takes " + allowed)
                    .response()
                    .addHeader(allow);
            handlers = Map.copyOf(all);
        }

        boolean takes(String method) {
            return handlers.containsKey(method) || method.equals("OPTIONS");
        }

        CompletionStage<HttpResponse> handle(HttpRequest request, List<String> variables) {
            String method = request.method().name();
            RequestHandler handler = handlers.get(method);
            if (handler != null) {
                return handler.handle(request, variables);
            }
            return CompletableFuture.completedFuture(method.equals("OPTIONS") ? options : wrongMethod);
        }
    }

    private final Map<String, Route> plain;
    private final List<Template> templates;
    private final SortedSet<String> routes;
    private final SecurityHeaders securityHeaders;
    private final @Nullable Cors cors;

    private Routes(
            Map<String, Route> plain,
            List<Template> templates,
            SortedSet<String> routes,
            SecurityHeaders securityHeaders,
            @Nullable Cors cors) {
        this.plain = plain;
        this.templates = templates;
        this.routes = Collections.unmodifiableSortedSet(routes);
        this.securityHeaders = securityHeaders;
        this.cors = cors;
    }

    public static Builder builder() {
        return new Builder();
    }

    /** Every route, as {@code GET /path}, sorted; without those that follow from others, HEAD and OPTIONS. */
    public SortedSet<String> list() {
        return routes;
    }

    /** Answers a request: with its route's handler, or 404, or 405. */
    public CompletionStage<HttpResponse> handle(HttpRequest request) {
        String path = request.getUri().path();
        Route route = plain.get(path);
        if (route != null) {
            return route.handle(request, List.of());
        }
        for (Template template : templates) {
            @Nullable List<String> variables = template.path().match(path);
            if (variables != null
                    && (!template.isLast()
                            || template.route().takes(request.method().name()))) {
                return template.route().handle(request, variables);
            }
        }
        return CompletableFuture.completedFuture(
                Problem.of(404, "Not Found", "nothing is served at " + path).response());
    }

    /** Which route a request is for, as {@code GET /path} with the names of the variables instead of their values. */
    String describe(HttpRequest request) {
        String method = request.method().name();
        String path = request.getUri().path();
        if (plain.containsKey(path)) {
            return method + " " + path;
        }
        for (Template template : templates) {
            if (template.path().match(path) != null
                    && (!template.isLast() || template.route().takes(method))) {
                return method + " " + template.path();
            }
        }
        return method + " on no route";
    }

    /** Adds to an answer, wherever it comes from, what every answer has. */
    HttpResponse finish(HttpRequest request, HttpResponse response) {
        return securityHeaders.addTo(cors == null ? response : cors.addTo(request, response));
    }
}
