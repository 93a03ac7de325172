package io.weir.build;

import com.google.gson.annotations.SerializedName;
import java.lang.reflect.Field;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What the official Java client for Kubernetes knows of the API's objects, held against manifests: a field that there is
 * none of, one that is missing, a value of another type.
 */
final class KubernetesModel {
    private static final String MODELS = "io.kubernetes.client.openapi.models.";

    private KubernetesModel() {}

    /** What is wrong with a manifest, each with its place. */
    static List<String> faults(Map<String, Object> manifest) {
        List<String> faults = new ArrayList<>();
        check("", manifest, of(manifest), faults);
        return faults;
    }

    /** The client's class for a manifest: V2HorizontalPodAutoscaler for autoscaling/v2. */
    private static Class<?> of(Map<String, Object> manifest) {
        String apiVersion = String.valueOf(manifest.get("apiVersion"));
        String version = apiVersion.substring(apiVersion.indexOf('/') + 1).toUpperCase(Locale.ROOT);
        try {
            return Class.forName(MODELS + version + manifest.get("kind"));
        } catch (ClassNotFoundException unknown) {
            throw new IllegalArgumentException(apiVersion + " has no " + manifest.get("kind"), unknown);
        }
    }

    private static void check(String place, @Nullable Object value, Type type, List<String> faults) {
        if (type instanceof ParameterizedType generic) {
            boolean list = generic.getRawType() == List.class;
            Type element = generic.getActualTypeArguments()[list ? 0 : 1];
            if (list && value instanceof List<?> values) {
                for (int i = 0; i < values.size(); i++) {
                    check(place + "[" + i + "]", values.get(i), element, faults);
                }
            } else if (!list && value instanceof Map<?, ?> values) {
                values.forEach((key, one) -> check(place + "." + key, one, element, faults));
            } else {
                faults.add(place + " is no " + (list ? "list" : "map"));
            }
        } else if (isModel(type)) {
            if (value instanceof Map<?, ?> object) {
                checkObject(place, object, (Class<?>) type, faults);
            } else {
                faults.add(place + " is no object");
            }
        } else if (!isScalar(value, (Class<?>) type)) {
            faults.add(place + " is " + value + ", which is no " + ((Class<?>) type).getSimpleName());
        }
    }

    private static void checkObject(String place, Map<?, ?> object, Class<?> model, List<String> faults) {
        Map<String, Type> fields = fields(model);
        object.forEach((name, value) -> {
            Type type = fields.get(String.valueOf(name));
            if (type == null) {
                faults.add(place + "." + name + " is no field; there are " + fields.keySet());
            } else {
                check(place + "." + name, value, type, faults);
            }
        });
        for (String name : required(model)) {
            if (!object.containsKey(name)) {
                faults.add(place + "." + name + " is missing");
            }
        }
    }

    static boolean isModel(Type type) {
        return type instanceof Class<?> model && model.getName().startsWith(MODELS);
    }

    private static Map<String, Type> fields(Class<?> model) {
        Map<String, Type> fields = new LinkedHashMap<>();
        for (Field field : model.getDeclaredFields()) {
            SerializedName name = field.getAnnotation(SerializedName.class);
            if (name != null) {
                fields.put(name.value(), field.getGenericType());
            }
        }
        return fields;
    }

    @SuppressWarnings("unchecked") // as the client generates it
    private static Set<String> required(Class<?> model) {
        try {
            return (Set<String>) model.getField("openapiRequiredFields").get(null);
        } catch (ReflectiveOperationException changed) {
            throw new IllegalStateException(changed);
        }
    }

    private static boolean isScalar(@Nullable Object value, Class<?> type) {
        return switch (type.getSimpleName()) {
            case "String", "OffsetDateTime" -> value instanceof String;
            case "Integer", "Long" -> value instanceof Integer || value instanceof Long;
            case "Boolean" -> value instanceof Boolean;
            case "Double" -> value instanceof Number;
            case "IntOrString" -> value instanceof Integer || value instanceof String;
            case "Quantity" -> value instanceof String text && text.matches("[0-9.]+(m|k|[EPTGM]i?|Ki)?");
            default -> throw new IllegalArgumentException("no manifest had a " + type + " yet");
        };
    }
}
