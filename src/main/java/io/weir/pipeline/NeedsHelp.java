package io.weir.pipeline;

/** Ends an incarnation that no retry can help until a person acts. */
final class NeedsHelp extends RuntimeException {
    private static final long serialVersionUID = 1L;

    NeedsHelp(String message) {
        super(message, null, false, false);
    }
}
