package io.weir.pipeline;

import java.util.concurrent.Callable;
import java.util.concurrent.CompletionException;

/** Carries the checked exceptions of blocking calls through a future. */
final class Jdbc {
    private Jdbc() {}

    static <T> T call(Callable<T> blocking) {
        try {
            return blocking.call();
        } catch (RuntimeException failure) {
            throw failure;
        } catch (Exception failure) {
            throw new CompletionException(failure);
        }
    }
}
