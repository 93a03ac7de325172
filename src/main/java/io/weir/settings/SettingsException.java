package io.weir.settings;

/** A setting that can't be used; the message names the key and says what to do. */
public final class SettingsException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public SettingsException(String key, String problem) {
        super("weir." + key + ": " + problem);
    }
}
