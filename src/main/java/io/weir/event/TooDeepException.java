package io.weir.event;

/** Says that JSON is nested deeper than allowed. */
final class TooDeepException extends Exception {
    private static final long serialVersionUID = 1L;

    TooDeepException(int maxDepth) {
        super("is nested deeper than " + maxDepth + " levels", null, false, false);
    }
}
