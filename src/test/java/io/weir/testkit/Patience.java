package io.weir.testkit;

import java.time.Duration;
import org.awaitility.Awaitility;
import org.awaitility.pollinterval.IterativePollInterval;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * How long a test waits for what has to come: far longer than it takes, so that a slow machine fails nothing, and with a
 * look soon and often, so that a fast one waits for nothing. Registered for every test by {@code META-INF/services}.
 */
public final class Patience implements BeforeAllCallback {
    /** What {@code await()} waits at most; for the limits of everything else that a test does not test. */
    public static final Duration LONG = Duration.ofSeconds(90);

    private static final Duration FIRST_LOOK = Duration.ofMillis(10);
    private static final Duration LOOKS = Duration.ofMillis(100);

    @Override
    public void beforeAll(ExtensionContext context) {
        Awaitility.setDefaultTimeout(LONG);
        Awaitility.setDefaultPollInterval(new IterativePollInterval(Patience::next, FIRST_LOOK));
    }

    private static Duration next(Duration before) {
        Duration longer = before.multipliedBy(3).dividedBy(2);
        return longer.compareTo(LOOKS) < 0 ? longer : LOOKS;
    }
}
