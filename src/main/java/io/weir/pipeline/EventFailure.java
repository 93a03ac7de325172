package io.weir.pipeline;

/** A window could not be written, and an event of it may be the reason. */
final class EventFailure extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /**
     * A failure.
     *
     * @param message without any value of the event, for it is logged
     */
    EventFailure(String message) {
        super(message, null, false, false);
    }
}
