package io.weir.embedded;

/** The embedded PostgreSQL could not be started or stopped; the message says what to do. */
public final class EmbeddedPostgresServerException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public EmbeddedPostgresServerException(String message) {
        super(message);
    }

    public EmbeddedPostgresServerException(String message, Throwable cause) {
        super(message, cause);
    }
}
