package io.weir.embedded;

import java.io.IOException;
import java.nio.file.Path;

/** The executable that the embedded server runs, for tests that run it in ways that it does not. */
public final class RedisExecutableForTests {
    private RedisExecutableForTests() {}

    public static Path locate(Path fallback) throws IOException {
        return EmbeddedRedisServerExecutable.locate(fallback);
    }
}
