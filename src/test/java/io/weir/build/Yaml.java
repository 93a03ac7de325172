package io.weir.build;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.BiConsumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/** YAML as maps, lists and scalars, with its anchors and merges resolved. */
final class Yaml {
    private Yaml() {}

    static Map<String, Object> read(Path file) throws IOException {
        LoaderOptions strict = new LoaderOptions();
        strict.setAllowDuplicateKeys(false);
        return object(new org.yaml.snakeyaml.Yaml(new SafeConstructor(strict)).load(Files.readString(file)));
    }

    @SuppressWarnings("unchecked") // YAML's objects have names for keys
    static Map<String, Object> object(@Nullable Object value) {
        return (Map<String, Object>) Objects.requireNonNull(value);
    }

    /** What stands at the end of names and positions. */
    static Object at(Object root, Object... path) {
        Object at = root;
        for (Object step : path) {
            at = Objects.requireNonNull(
                    step instanceof Integer position
                            ? ((List<?>) at).get(position)
                            : object(at).get(step),
                    () -> "no " + step);
        }
        return at;
    }

    static Stream<Map<String, Object>> objects(Object list) {
        return ((List<?>) list).stream().map(Yaml::object);
    }

    /** A copy in which one object, wherever it is, has another name for one of its keys; for each key of each object. */
    static void eachMisspelled(Object root, BiConsumer<String, Object> take) {
        misspell(root, "", changed -> changed, take);
    }

    private interface Around {
        Object put(Object inner);
    }

    private static void misspell(@Nullable Object at, String place, Around around, BiConsumer<String, Object> take) {
        if (at instanceof Map<?, ?> map) {
            Map<String, Object> object = object(map);
            object.forEach((key, value) -> {
                Map<String, Object> renamed = new LinkedHashMap<>(object);
                renamed.remove(key);
                renamed.put(key + "z", value);
                take.accept(place + "." + key, around.put(renamed));
                misspell(
                        value,
                        place + "." + key,
                        inner -> {
                            Map<String, Object> copy = new LinkedHashMap<>(object);
                            copy.put(key, inner);
                            return around.put(copy);
                        },
                        take);
            });
        } else if (at instanceof List<?> list) {
            for (int i = 0; i < list.size(); i++) {
                int position = i;
                misspell(
                        list.get(i),
                        place + "[" + i + "]",
                        inner -> {
                            List<Object> copy = new ArrayList<>(list);
                            copy.set(position, inner);
                            return around.put(copy);
                        },
                        take);
            }
        }
    }
}
