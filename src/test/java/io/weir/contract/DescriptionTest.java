package io.weir.contract;

import static io.weir.contract.ApiContract.object;
import static io.weir.contract.ApiContract.pointer;
import static org.assertj.core.api.Assertions.assertThat;

import io.weir.http.ApiDescription;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The description that is served is a good one. */
class DescriptionTest {
    private final ApiContract contract;

    DescriptionTest() throws Exception {
        contract = new ApiContract(ApiDescription.document());
    }

    @Test
    void itIsValidOpenApi() throws Exception {
        assertThat(contract.faults()).isEmpty();
        assertThat(new ApiContract("openapi: 3.1.0\ninfo: { titel: Weir, version: '1' }\npaths: {}\n").faults())
                .isNotEmpty();
    }

    @Test
    void everyOperationSaysWhatItDoesAndWhatItAnswers() {
        Set<Object> ids = new HashSet<>();
        assertThat(contract.operations()).hasSizeGreaterThan(30).allSatisfy((name, operation) -> {
            Map<String, Object> described = operation.description();
            assertThat(ids.add(described.get("operationId")))
                    .as("an operationId of its own")
                    .isTrue();
            assertThat(described.get("operationId")).isNotNull();
            assertThat(String.valueOf(described.get("summary"))).hasSizeGreaterThan(10);
            assertThat((List<?>) described.get("tags")).hasSize(1);
            Map<String, Object> responses = object(described.get("responses"));
            assertThat(responses.keySet()).anyMatch(status -> status.startsWith("2") || status.startsWith("3"));
            boolean guarded = described.get("security") != null;
            assertThat(guarded || !operation.path().matches("/api/(admin|cron)/.*"))
                    .isTrue();
            assertThat(responses.containsKey("401")).isEqualTo(guarded);
            responses.forEach((status, response) -> {
                Object content = contract.find(response).get("content");
                if (Integer.parseInt(status) >= 400
                        && !status.equals("429")
                        && !List.of("/health", "/ready", "/alive").contains(operation.path())) {
                    assertThat(object(content)).as(status).containsKey("application/problem+json");
                }
            });
            mediaTypes(operation).forEach(place -> {
                assertThat(place.type()).containsKey("schema");
                assertThat(examples(place.type())).as(place.pointer()).isNotEmpty();
            });
        });
    }

    @Test
    void everyExampleIsOfItsSchema() {
        int examples = 0;
        for (ApiContract.Operation operation : contract.operations().values()) {
            for (Place place : mediaTypes(operation)) {
                for (Object example : examples(place.type())) {
                    assertThat(contract.faultsOf(place.pointer() + "/schema", example))
                            .as(place.pointer() + " " + example)
                            .isEmpty();
                    examples++;
                }
            }
        }
        assertThat(examples).isGreaterThan(100);
    }

    private record Place(String pointer, Map<String, Object> type) {}

    private List<Place> mediaTypes(ApiContract.Operation operation) {
        List<Place> places = new ArrayList<>();
        String at = pointer("paths", operation.path(), operation.method());
        if (operation.description().get("requestBody") != null) {
            add(places, at + "/requestBody", operation.description().get("requestBody"));
        }
        object(operation.description().get("responses"))
                .forEach((status, response) -> add(places, at + pointer("responses", status), response));
        return places;
    }

    private void add(List<Place> places, String pointer, @Nullable Object holder) {
        String at = object(holder).get("$ref") instanceof String reference ? reference.substring(1) : pointer;
        object(Objects.requireNonNullElse(contract.find(holder).get("content"), Map.of()))
                .forEach((type, media) -> places.add(new Place(at + pointer("content", type), object(media))));
    }

    private static List<Object> examples(Map<String, Object> media) {
        List<Object> examples = new ArrayList<>();
        if (media.get("example") != null) {
            examples.add(media.get("example"));
        }
        if (media.get("examples") != null) {
            object(media.get("examples"))
                    .values()
                    .forEach(example -> examples.add(object(example).get("value")));
        }
        return examples;
    }
}
