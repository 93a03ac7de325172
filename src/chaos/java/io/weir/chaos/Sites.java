package io.weir.chaos;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** The site that is in use: kept from one scenario to the next where that one can go on there. */
final class Sites implements AutoCloseable {
    private final Path logs;
    private final long seed;
    private int number;
    private @Nullable Site current;

    Sites(Path logs, long seed) {
        this.logs = logs;
        this.seed = seed;
    }

    Site of(Scenario scenario) throws Exception {
        Site open = current;
        if (open != null && open.suits(scenario)) {
            return open;
        }
        leave();
        number++;
        Site started = new Site(scenario, logs.resolve("run-" + seed + "-" + number + "-" + scenario.name()), seed);
        current = started;
        started.warmUp();
        return started;
    }

    /** The next scenario begins at a new one: this one's data are wrong. */
    void leave() {
        Site open = current;
        current = null;
        if (open != null) {
            open.close();
        }
    }

    @Override
    public void close() {
        leave();
    }
}
