package io.weir.pipeline;

/** Ends an incarnation of a partition; its supervisor starts the next one at the cursor. */
final class PartitionFailure extends RuntimeException {
    private static final long serialVersionUID = 1L;

    PartitionFailure(String message) {
        // an expected event with the cause in its message, once per attempt: no stack trace
        super(message, null, false, false);
    }
}
