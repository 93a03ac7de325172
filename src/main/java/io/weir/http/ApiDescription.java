package io.weir.http;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.apache.pekko.http.javadsl.model.ContentType;
import org.apache.pekko.http.javadsl.model.ContentTypes;
import org.apache.pekko.http.javadsl.model.HttpEntities;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.util.ByteString;

/**
 * The OpenAPI description of the routes. It stands in parts under {@code openapi/} in the resources, each of which is the
 * inside of a section, and is put together once.
 */
public final class ApiDescription {
    /** Where it is served. */
    public static final String PATH = "/openapi.yaml";

    private static final ContentType YAML = ContentTypes.parse("application/yaml");
    private static final List<String> PATHS = List.of(
            "events",
            "queries",
            "pixel",
            "views",
            "links",
            "schedules",
            "collection",
            "operations",
            "administration",
            "dashboard",
            "dead-letters");
    /** Each section of the components with the parts that it consists of. */
    private static final Map<String, List<String>> COMPONENTS = components();

    private ApiDescription() {}

    private static Map<String, List<String>> components() {
        Map<String, List<String>> components = new LinkedHashMap<>();
        components.put("parameters", List.of("parameters", "parameters-links", "parameters-queries"));
        components.put("headers", List.of("headers"));
        components.put("securitySchemes", List.of("securitySchemes", "securitySchemes-access"));
        components.put("responses", List.of("responses", "responses-access", "responses-links"));
        components.put(
                "schemas",
                List.of(
                        "schemas-events",
                        "schemas-queries",
                        "schemas-access",
                        "schemas-links",
                        "schemas-collection",
                        "schemas-administration",
                        "schemas-dead-letters"));
        return components;
    }

    /** Adds the route. */
    public static void addTo(Routes.Builder routes) {
        HttpResponse answer =
                HttpResponse.create().withEntity(HttpEntities.create(YAML, ByteString.fromString(document())));
        routes.add("GET", PATH, (request, variables) -> CompletableFuture.completedFuture(answer));
    }

    /** The whole description. */
    public static String document() {
        StringBuilder document = new StringBuilder(64 * 1024).append(read("description"));
        document.append("paths:\n");
        PATHS.forEach(part -> document.append(read("paths-" + part).indent(2)));
        document.append("components:\n");
        COMPONENTS.forEach((section, parts) -> {
            document.append("  ").append(section).append(":\n");
            parts.forEach(part -> document.append(read("components-" + part).indent(4)));
        });
        return document.toString();
    }

    private static String read(String part) {
        String name = "/openapi/" + part + ".yaml";
        try (InputStream resource = ApiDescription.class.getResourceAsStream(name)) {
            if (resource == null) {
                throw new IllegalStateException(name + " is missing");
            }
            return new String(resource.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }
}
