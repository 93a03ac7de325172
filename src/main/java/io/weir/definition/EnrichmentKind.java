package io.weir.definition;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What can be computed of an event at the door. In the order in which it is done: the address is used before it is cut. */
@SuppressWarnings("ImmutableEnumChecker") // nobody changes its lists
public enum EnrichmentKind {
    /** Browser, operating system and device class. */
    USER_AGENT("user-agent", List.of("user_agent"), Types.TEXT, List.of("browser", "os", "device"), FieldType.TEXT),
    /** Whether a program sent it by itself. */
    BOT("bot", List.of("user_agent"), Types.TEXT, List.of("is_bot"), FieldType.BOOLEAN),
    /** The host of the page that led here. */
    REFERRER("referrer", List.of("referrer"), Types.URL, List.of("referrer_domain"), FieldType.TEXT),
    /** The campaign parameters of a URL. */
    UTM(
            "utm",
            List.of("url", "page_url", "original_url"),
            Types.URL,
            List.of("utm_source", "utm_medium", "utm_campaign", "utm_term", "utm_content"),
            FieldType.TEXT),
    /** ISO 3166-1 code of the country of an address. */
    COUNTRY("country", List.of("address"), Types.IP, List.of("country"), FieldType.TEXT),
    /** Puts the address's network in its place. */
    ANONYMOUS_IP("anonymous-ip", List.of("address"), Types.IP, List.of(), FieldType.IP);

    /** What an input may be. */
    private static final class Types {
        static final Set<FieldType> TEXT = EnumSet.of(FieldType.TEXT);
        static final Set<FieldType> URL = EnumSet.of(FieldType.TEXT, FieldType.URL);
        static final Set<FieldType> IP = EnumSet.of(FieldType.IP);

        private Types() {}
    }

    private final String label;
    private final List<String> inputs;
    private final Set<FieldType> inputTypes;
    private final List<String> outputs;
    private final FieldType outputType;

    EnrichmentKind(
            String label, List<String> inputs, Set<FieldType> inputTypes, List<String> outputs, FieldType outputType) {
        this.label = label;
        this.inputs = List.copyOf(inputs);
        this.inputTypes = Set.copyOf(inputTypes);
        this.outputs = List.copyOf(outputs);
        this.outputType = outputType;
    }

    /** The one of this name; null when there is none. */
    static @Nullable EnrichmentKind labelled(String label) {
        return Arrays.stream(values())
                .filter(kind -> kind.label.equals(label))
                .findFirst()
                .orElse(null);
    }

    /** The name in a definition file. */
    public String label() {
        return label;
    }

    /** The fields that it reads unless another is named: the first that is declared. */
    List<String> inputs() {
        return inputs;
    }

    Set<FieldType> inputTypes() {
        return inputTypes;
    }

    /** The fields that it fills, those that are declared; none when it changes its input. */
    List<String> outputs() {
        return outputs;
    }

    FieldType outputType() {
        return outputType;
    }

    /** The declared ones of its outputs. */
    Map<String, Field> declaredOutputs(Map<String, Field> fields) {
        Map<String, Field> declared = new LinkedHashMap<>();
        for (String output : outputs) {
            Field field = fields.get(output);
            if (field != null) {
                declared.put(output, field);
            }
        }
        return declared;
    }
}
