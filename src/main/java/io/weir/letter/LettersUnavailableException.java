package io.weir.letter;

/** The dead letters could not be asked for or changed: the database is away, or too slow. */
public final class LettersUnavailableException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public LettersUnavailableException(String message, Throwable cause) {
        super(message, cause);
    }
}
