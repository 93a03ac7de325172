package io.weir.pipeline;

import io.weir.store.CommitOutcome;

/** What an incarnation does once it knows what became of a window. */
public sealed interface AfterCommit {
    /** The window is done with: acknowledge it and go on. */
    record GoOn(CommitOutcome.Committed outcome) implements AfterCommit {}

    /** The same window again, after a while. */
    record TryAgain(CommitOutcome.RetryLater outcome) implements AfterCommit {}

    /** This incarnation is over; the next one finds out at the cursor what became of the window. */
    record StartAnew(String reason) implements AfterCommit {}

    /** This incarnation is over, and an event of the window may be the reason. */
    record BlameAnEvent(String reason) implements AfterCommit {}

    /** Stop until a person has acted. */
    record AskForHelp(String reason) implements AfterCommit {}

    static AfterCommit of(CommitOutcome outcome) {
        return switch (outcome) {
            case CommitOutcome.Committed committed -> new GoOn(committed);
            case CommitOutcome.RetryLater later -> new TryAgain(later);
            case CommitOutcome.Fenced fenced -> new StartAnew("fenced: " + fenced.detail());
            case CommitOutcome.Unknown unknown ->
                new StartAnew("the outcome of a COMMIT is unknown: " + unknown.detail());
            case CommitOutcome.Failed failed -> new BlameAnEvent(failed.reason());
            case CommitOutcome.Stopped stopped -> new AskForHelp(stopped.reason());
        };
    }
}
