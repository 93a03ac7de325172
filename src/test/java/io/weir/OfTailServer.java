package io.weir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** Tests that follow a server's events: of one that they share, or of one of their own. */
abstract class OfTailServer {
    @SuppressWarnings("NullAway.Init") // started before the tests that leave it as it was
    static TailServer shared;

    private @Nullable TailServer ofThisTest;

    @SuppressWarnings("NullAway.Init") // before each test
    RunningWeir weir;

    @BeforeAll
    static void startShared(@TempDir Path directory) throws Exception {
        shared = TailServer.start(directory);
    }

    @AfterAll
    static void stopShared() {
        shared.close();
    }

    /** For a test that does not leave it so. */
    final TailServer startOwn(Path directory) throws Exception {
        TailServer started = TailServer.start(directory);
        ofThisTest = started;
        weir = started.weir();
        return started;
    }

    @BeforeEach
    void awaitNobodyListens() {
        weir = shared.weir();
        await().untilAsserted(() -> assertThat(weir.get("/metrics").body()).contains("weir_tail_listeners 0.0"));
    }

    @AfterEach
    void stopOwn() {
        if (ofThisTest != null) {
            ofThisTest.close();
        }
    }

    final void click(String link) throws Exception {
        assertThat(weir.post("/api/v1/clicks", RunningWeir.JSON, "{\"linkId\":\"" + link + "\"}")
                        .statusCode())
                .isEqualTo(202);
    }
}
