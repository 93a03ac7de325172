package io.weir.event;

/** Ends the decoding of a body that is refused as a whole. */
final class RefusedException extends Exception {
    private static final long serialVersionUID = 1L;

    private final DecodeResult.Reason reason;
    private final String detail;
    private final int index;

    RefusedException(DecodeResult.Reason reason, String detail, int index) {
        super(detail, null, false, false);
        this.reason = reason;
        this.detail = detail;
        this.index = index;
    }

    DecodeResult.Refused refused() {
        return new DecodeResult.Refused(reason, detail, index);
    }
}
