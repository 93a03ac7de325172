package io.weir.definition;

/** What a field holds when the client left it out. */
public sealed interface Default {
    /** Nothing: the value is null. */
    record None() implements Default {}

    /** The moment at which the event was accepted; for timestamps only. */
    record Now() implements Default {}

    /** Who sent the request, as far as that can be told; for texts only. */
    record Visitor() implements Default {}

    /** A part of the request that brought the event, where it is known; for texts, the address for IP addresses, too. */
    record OfRequest(Part part) implements Default {}

    /** What a request says beside its body. */
    enum Part {
        /** Where it comes from. */
        ADDRESS("$address"),
        USER_AGENT("$user-agent"),
        REFERRER("$referrer");

        private final String label;

        Part(String label) {
            this.label = label;
        }

        /** The name in a definition file. */
        public String label() {
            return label;
        }
    }

    /** A value of the field's own type, see {@link FieldType}. */
    record Fixed(Object value) implements Default {}
}
