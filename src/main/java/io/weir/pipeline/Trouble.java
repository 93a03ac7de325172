package io.weir.pipeline;

/** What an actor of a partition tells its supervisor when it can't go on. */
sealed interface Trouble {
    /** Starting anew at the cursor may help. */
    record Restart(String reason) implements Trouble {}

    /** No retry can help until a person acts. */
    record NeedsHelp(String reason) implements Trouble {}
}
