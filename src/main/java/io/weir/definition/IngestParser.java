package io.weir.definition;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Parses how a stream's events come in. */
final class IngestParser {
    private static final Map<String, BodyForm> FORMS = new LinkedHashMap<>();

    static {
        for (BodyForm form : BodyForm.values()) {
            FORMS.put(form.name().toLowerCase(Locale.ROOT).replace('_', '-'), form);
        }
    }

    private static final Set<BodyForm> DEFAULT_FORMS = EnumSet.of(BodyForm.OBJECT, BodyForm.ARRAY, BodyForm.NDJSON);

    /** What Weir itself answers; one that ends in a slash stands for everything below it. */
    private static final List<String> OWN_PATHS = List.of(
            "/api/v1/streams/",
            "/api/v1/counters/",
            "/api/v1/top/",
            "/api/v1/live/",
            "/badge/",
            "/api/v1/links/",
            "/api/admin/",
            "/api/cron/",
            "/health",
            "/metrics",
            "/p.gif",
            "/ready",
            "/alive",
            "/dashboard");

    private final Section stream;
    private final List<Field> fields;
    private final @Nullable Field entity;

    IngestParser(Section stream, List<Field> fields, @Nullable Field entity) {
        this.stream = stream;
        this.fields = fields;
        this.entity = entity;
    }

    IngestSettings parse() {
        Section ingest = stream.section("ingest");
        if (ingest == null) {
            return new IngestSettings(null, DEFAULT_FORMS, null);
        }
        ingest.only("path", "body", "items", "redis", "fallback", "privacy-signals", "pixel", "error");
        Set<BodyForm> forms = forms(ingest);
        String items = items(ingest, forms);
        if (forms.contains(BodyForm.ACCESS_LOG)) {
            checkAccessLog(ingest);
        }
        String error = ingest.text("error");
        if (error != null && error.isBlank()) {
            ingest.fault("error", "is empty", "write what clients look for, or remove it");
        }
        Boolean redis = ingest.flag("redis");
        Boolean fallback = ingest.flag("fallback");
        return new IngestSettings(
                path(ingest),
                forms,
                items,
                !Boolean.FALSE.equals(redis),
                Boolean.TRUE.equals(fallback),
                "honour".equals(ingest.oneOf("privacy-signals", List.of("honour", "ignore"))),
                pixel(ingest),
                error);
    }

    /** Two of the pixel's parameters are not fields. */
    private boolean pixel(Section ingest) {
        boolean pixel = Boolean.TRUE.equals(ingest.flag("pixel"));
        for (Field field : fields) {
            if (pixel && (field.name().equals("stream") || field.name().equals("key"))) {
                ingest.fault(
                        "pixel",
                        "can't fill the field " + field.name() + ": a parameter of its address has that name",
                        "rename the field, or remove pixel");
            }
        }
        return pixel;
    }

    private static Set<BodyForm> forms(Section ingest) {
        List<String> names = ingest.texts("body");
        if (names == null) {
            return DEFAULT_FORMS;
        }
        Set<BodyForm> forms = EnumSet.noneOf(BodyForm.class);
        for (String name : names) {
            BodyForm form = FORMS.get(name);
            if (form == null) {
                ingest.fault("body", "\"" + name + "\" is no body form", Faults.insteadOf(name, FORMS.keySet()));
            } else {
                forms.add(form);
            }
        }
        if (names.isEmpty()) {
            ingest.fault("body", "is empty", Faults.insteadOf("", FORMS.keySet()));
        }
        return forms;
    }

    private @Nullable String items(Section ingest, Set<BodyForm> forms) {
        String items = ingest.text("items");
        boolean envelope = forms.contains(BodyForm.ENVELOPE);
        if (envelope && !ingest.has("items")) {
            ingest.fault("items", "is missing", "name the envelope's key that holds the list: items = events");
        } else if (!envelope && ingest.has("items")) {
            ingest.fault("items", "has no meaning without an envelope", "remove it, or add envelope to body");
        } else if (items != null && items.isEmpty()) {
            ingest.fault("items", "is empty", "name the envelope's key that holds the list: items = events");
        } else if (items != null
                && fields.stream().anyMatch(field -> field.name().equals(items))) {
            ingest.fault("items", "is the name of a field, too", "rename the field: the list itself is no value");
        }
        return envelope ? items : null;
    }

    private @Nullable String path(Section ingest) {
        String path = ingest.text("path");
        if (path == null) {
            return null;
        }
        if (!path.startsWith("/")
                || path.length() == 1
                || path.endsWith("/")
                || path.contains("//")
                || !isPlain(withoutVariable(path))) {
            ingest.fault(
                    "path",
                    "is \"" + path + "\", which is no usable path",
                    "begin with a slash and end without; use letters, digits and - _ . ~ between slashes"
                            + (entity == null ? "" : ", or {" + entity.name() + "} once"));
            return null;
        }
        if (path.startsWith("/{")) {
            ingest.fault("path", "is \"" + path + "\", which would take everything", "begin with a plain segment");
            return null;
        }
        for (String own : OWN_PATHS) {
            String exact = own.endsWith("/") ? own.substring(0, own.length() - 1) : own;
            if (path.equals(exact) || path.startsWith(exact + "/")) {
                ingest.fault("path", "is \"" + path + "\", but Weir itself answers " + own, "choose another path");
                return null;
            }
        }
        return path;
    }

    /** The path with a letter in the place of the segment that stands for the entity. */
    private String withoutVariable(String path) {
        return entity == null ? path : (path + "/").replaceFirst("/\\{" + entity.name() + "}/", "/x/");
    }

    private static boolean isPlain(String path) {
        for (int i = 0; i < path.length(); i++) {
            char c = path.charAt(i);
            boolean letterOrDigit = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
            if (!letterOrDigit && "/-_.~".indexOf(c) < 0) {
                return false;
            }
        }
        return !path.contains("/./") && !path.contains("/../") && !path.endsWith("/.") && !path.endsWith("/..");
    }

    /** A line fills only fields that it knows, in their own types. */
    private void checkAccessLog(Section ingest) {
        if (AccessLogField.declaredIn(fields).isEmpty()) {
            List<String> names = Arrays.stream(AccessLogField.values())
                    .map(AccessLogField::fieldName)
                    .toList();
            ingest.fault(
                    "body", "access-log fills no field of this stream", "declare some of: " + String.join(", ", names));
            return;
        }
        for (Field field : fields) {
            AccessLogField source = AccessLogField.named(field.name());
            String key = "fields." + field.name();
            if (source == null && field.required()) {
                stream.fault(
                        key,
                        "is required, but a line of an access log has no such field",
                        "remove required, or access-log from ingest.body");
            } else if (source != null && field.type() != source.type()) {
                String type = source.type().label();
                stream.fault(
                        key,
                        "is of type " + field.type().label() + ", but an access log gives " + type,
                        "make it " + type + ", or rename it");
            }
        }
    }
}
