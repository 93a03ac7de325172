package io.weir.store;

import io.weir.event.EntryId;
import io.weir.event.Event;
import java.sql.SQLException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One partition's cursor and effects in PostgreSQL. Every method blocks: call it on the JDBC dispatcher. */
public interface PartitionStore {
    /**
     * What an incarnation begins with.
     *
     * @param cursor the last entry whose window is committed
     * @param checksum of what that entry held; 0 where nobody noted it
     * @param windows how many windows were committed, by all incarnations
     */
    record Started(long epoch, EntryId cursor, long checksum, long windows) {}

    /**
     * An event that was being processed on its own when the process was killed, or failed.
     *
     * @param index its place in the entry; {@link #WHOLE_ENTRY} when every event of the entry had passed alone
     * @param failures how often that happened to it, in a row
     * @param reason what the last failure said; null when nobody was left to say anything
     */
    record Suspect(
            EntryId entry,
            int index,
            int failures,
            @Nullable String reason) {
        /** In the place of an index: the entry's events together. */
        public static final int WHOLE_ENTRY = -1;
    }

    /**
     * What earlier incarnations left behind.
     *
     * @param startsWithoutProgress starts that found entries since the cursor last moved
     * @param others whether another partition has a suspect
     */
    record Suspicion(int startsWithoutProgress, @Nullable Suspect suspect, boolean others) {
        public static final Suspicion NONE = new Suspicion(0, null, false);
    }

    /**
     * An entity's committed counters, and how many windows are committed, read in one snapshot.
     *
     * @param values by counter and column; a counter without a row has null in each column
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Counts(@Nullable Object[][] values, long windows) {}

    /** Raises the epoch, which fences every earlier incarnation, and answers where to go on. */
    Started start(String owner) throws SQLException;

    /** Whether the cursor belongs to the incarnation of this epoch and so many windows are still committed. */
    boolean confirms(long epoch, long windows) throws SQLException;

    /** Writes a window in one transaction. Fails with no exception: each failure is an outcome. */
    CommitOutcome commit(WindowCommit window);

    /**
     * What earlier incarnations left behind.
     *
     * @param blamed whether a note that is found counts as a failure of its event
     */
    Suspicion suspicion(long epoch, boolean blamed) throws SQLException;

    /** Notes that this incarnation begins to process entries. Answers false when it is fenced. */
    boolean countStart(long epoch) throws SQLException;

    /** Notes which event is processed next. Answers false when the incarnation is fenced. */
    boolean noteSuspect(long epoch, EntryId entry, int index) throws SQLException;

    /** Notes why it failed. */
    void noteReason(long epoch, String reason) throws SQLException;

    /**
     * Writes one event and rolls back, with the cursor's row locked as in a window's transaction. A refusal by the database
     * is none of its business.
     *
     * @throws SQLException when the database could not be asked
     */
    void rehearse(Event event) throws SQLException;

    /** Reads what is committed for an entity. */
    Counts readCounts(Object entity) throws SQLException;

    /**
     * Writes events that are in no log, as a window would write them but for the cursor, which stays where it is. Its row is
     * locked meanwhile: what a window and this write of the same key is decided by who comes first.
     */
    DirectOutcome writeDirect(List<Event> events);
}
