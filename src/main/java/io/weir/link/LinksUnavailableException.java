package io.weir.link;

/** The links could not be asked for or changed: the database is away, or too slow. */
public final class LinksUnavailableException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public LinksUnavailableException(String message) {
        // no stack trace: thrown per request while the database is away
        super(message, null, false, false);
    }
}
