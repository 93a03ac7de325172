package io.weir.chaos;

/** What the driver knows of an event. */
enum Outcome {
    /** Never sent, or refused with the word that nothing was taken. */
    REFUSED,
    /** Sent; no answer, or one that says that nobody knows. */
    UNKNOWN,
    /** 202. */
    ACCEPTED,
    /** 200 to {@code ?wait=committed}. */
    COMMITTED
}
