package io.weir.contract;

import static org.assertj.core.api.Assertions.assertThat;

import io.openapiparser.OpenApiParser;
import io.openapiparser.OpenApiResult;
import io.openapiprocessor.interfaces.ConverterException;
import io.openapiprocessor.jackson.JacksonConverter;
import io.openapiprocessor.jsonschema.ouput.OutputConverter;
import io.openapiprocessor.jsonschema.ouput.OutputUnit;
import io.openapiprocessor.jsonschema.reader.UriReader;
import io.openapiprocessor.jsonschema.schema.DocumentLoader;
import io.openapiprocessor.jsonschema.schema.DocumentStore;
import io.openapiprocessor.jsonschema.schema.JsonInstance;
import io.openapiprocessor.jsonschema.schema.JsonSchema;
import io.openapiprocessor.jsonschema.schema.Output;
import io.openapiprocessor.jsonschema.schema.SchemaStore;
import io.openapiprocessor.jsonschema.validator.Validator;
import io.openapiprocessor.jsonschema.validator.ValidatorSettings;
import io.openapiprocessor.jsonschema.validator.steps.ValidationStep;
import java.net.URI;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** An OpenAPI 3.1 description, and what real answers are held against. */
public final class ApiContract {
    /** An operation of the description. */
    public record Operation(String method, String path, Map<String, Object> description) {}

    private static final URI BASE = URI.create("https://weir.example/openapi.yaml");
    private static final List<String> METHODS = List.of("get", "put", "post", "delete", "patch");

    private final DocumentLoader loader = new DocumentLoader(new UriReader(), new JacksonConverter());
    private final Map<String, Object> document;
    private final SchemaStore schemas;
    private final Validator validator;
    private final Map<String, JsonSchema> known = new HashMap<>();

    public ApiContract(String yaml) throws ConverterException {
        document = object(Objects.requireNonNull(new JacksonConverter().convert(yaml)));
        schemas = new SchemaStore(loader);
        schemas.registerDraft202012();
        ValidatorSettings settings = new ValidatorSettings();
        settings.setOutput(Output.BASIC);
        settings.enableFormat();
        validator = new Validator(settings);
    }

    public Map<String, Object> document() {
        return document;
    }

    /** What the official schema of OpenAPI 3.1 finds wrong with the description. */
    public List<String> faults() {
        SchemaStore official = new SchemaStore(loader);
        official.registerDraft202012();
        OpenApiResult result = new OpenApiParser(new DocumentStore(), loader).parse(BASE, document);
        if (result.validate(new Validator(), official)) {
            return List.of();
        }
        List<String> faults = new ArrayList<>();
        result.getValidationErrors().forEach(error -> faults.add(error.toString()));
        return faults.isEmpty() ? List.of("not valid") : faults;
    }

    /** Every operation, sorted, by {@code GET /path}. */
    public Map<String, Operation> operations() {
        Map<String, Operation> operations = new TreeMap<>();
        object(document.get("paths"))
                .forEach((path, item) -> METHODS.forEach(method -> {
                    Object operation = object(item).get(method);
                    if (operation != null) {
                        String name = method.toUpperCase(Locale.ROOT) + " " + path;
                        operations.put(name, new Operation(method, path, object(operation)));
                    }
                }));
        return operations;
    }

    /** Asserts that an answer is what the description says: a status that it knows, its content type, and its schema. */
    public HttpResponse<String> check(String route, HttpResponse<String> answer) {
        Operation operation = Objects.requireNonNull(operations().get(route), route);
        String status = Integer.toString(answer.statusCode());
        Map<String, Object> responses = object(operation.description().get("responses"));
        assertThat(responses).as(route + ": " + answer.body()).containsKey(status);
        String pointer = object(responses.get(status)).get("$ref") instanceof String reference
                ? reference.substring(1)
                : pointer("paths", operation.path(), operation.method(), "responses", status);
        Map<String, Object> response = find(responses.get(status));
        String type = answer.headers()
                .firstValue("Content-Type")
                .orElse("none")
                .replaceAll(";.*", "")
                .strip();
        Map<String, Object> contents = object(Objects.requireNonNullElse(response.get("content"), Map.of()));
        if (contents.isEmpty()) {
            assertThat(answer.body()).as(route + " has no body").isEmpty();
        } else {
            assertThat(contents).as(route + " " + status).containsKey(type);
        }
        if (type.endsWith("json")) {
            assertThat(faults(pointer + pointer("content", type, "schema"), answer.body()))
                    .as(route + " " + status + " " + answer.body())
                    .isEmpty();
        }
        object(Objects.requireNonNullElse(response.get("headers"), Map.of())).forEach((name, header) -> {
            if (Boolean.TRUE.equals(find(header).get("required"))) {
                assertThat(answer.headers().firstValue(name))
                        .as(route + " " + name)
                        .isPresent();
            }
        });
        return answer;
    }

    /** What a schema, by its JSON pointer, finds wrong with a JSON text. */
    public List<String> faults(String schema, String json) {
        try {
            return faultsOf(schema, new JacksonConverter().convert(json));
        } catch (ConverterException notJson) {
            return List.of(notJson.toString());
        }
    }

    /** What a schema, by its JSON pointer, finds wrong with a value. */
    public List<String> faultsOf(String schema, @Nullable Object value) {
        ValidationStep result =
                validator.validate(known.computeIfAbsent(schema, this::schema), new JsonInstance(value));
        if (result.isValid()) {
            return List.of();
        }
        List<String> faults = new ArrayList<>();
        OutputUnit unit = new OutputConverter(Output.BASIC).convert(result);
        if (unit.getErrors() != null) {
            unit.getErrors().forEach(error -> faults.add(error.getInstanceLocation() + " " + error.getError()));
        }
        return faults.isEmpty() ? List.of("not valid") : faults;
    }

    /** A schema on its own, with the components beside it, so that its references lead where they should. */
    private JsonSchema schema(String pointer) {
        Map<String, Object> schema = new LinkedHashMap<>(at(pointer));
        schema.put("components", Map.of("schemas", at("/components/schemas")));
        URI name = URI.create("https://weir.example/schema-" + known.size());
        schemas.register(name, schema);
        return schemas.getSchema(name);
    }

    private Map<String, Object> at(String pointer) {
        Object at = document;
        for (String step : pointer.substring(1).split("/", -1)) {
            at = object(at).get(step.replace("~1", "/").replace("~0", "~"));
        }
        return object(Objects.requireNonNull(at, pointer));
    }

    /** What stands at a place, or where its reference leads. */
    public Map<String, Object> find(@Nullable Object place) {
        Map<String, Object> found = object(Objects.requireNonNull(place));
        return found.get("$ref") instanceof String reference ? at(reference.substring(1)) : found;
    }

    /** The JSON pointer of steps. */
    public static String pointer(String... steps) {
        StringBuilder pointer = new StringBuilder();
        for (String step : steps) {
            pointer.append('/').append(step.replace("~", "~0").replace("/", "~1"));
        }
        return pointer.toString();
    }

    @SuppressWarnings("unchecked") // YAML's objects have names for keys
    public static Map<String, Object> object(@Nullable Object value) {
        return (Map<String, Object>) Objects.requireNonNull(value);
    }
}
