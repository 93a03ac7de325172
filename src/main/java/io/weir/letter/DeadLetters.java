package io.weir.letter;

import io.weir.event.LetterReference;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The dead letters of all streams. Every method blocks, and throws {@link LettersUnavailableException} when the database
 * gives no answer. What changes a letter does so only while the letter is as its caller saw it.
 */
public interface DeadLetters {
    /**
     * Letters, the newest first.
     *
     * @param before only letters with a smaller ID; null for the first page
     */
    List<StoredLetter> newest(LetterFilter filter, @Nullable Long before, int limit);

    /** Letters in the order in which they came. */
    List<StoredLetter> oldest(LetterFilter filter, int limit);

    @Nullable
    StoredLetter find(long id);

    /** How many there are, of all streams. */
    List<LetterCount> counts();

    /** How many are open, by stream; streams without any are left out. */
    Map<String, Long> open();

    /**
     * Keeps other content beside the original, to be replayed instead.
     *
     * @return whether the letter was open and as {@code seen}
     */
    boolean edit(StoredLetter seen, byte[] content);

    /**
     * Notes that the letter is about to be appended to the log; one that was so before keeps its reference.
     *
     * @return what the entry has to carry; null when the letter is no more as {@code seen}
     */
    @Nullable
    LetterReference beginReplay(StoredLetter seen);

    /** Takes {@link #beginReplay} back: surely nothing was appended. */
    void abandonReplay(LetterReference replay);

    /** Puts a letter aside; answers whether it was open, or on its way and not yet applied. */
    boolean discard(long id);

    /** Puts open letters aside, the oldest first; answers how many. */
    int discard(LetterFilter filter, int limit);

    /** Letters of these streams, the oldest first, that are not yet in the Redis stream of dead letters. */
    List<StoredLetter> unpublished(Collection<String> streams, int limit);

    /** Notes that these are there, as they were when they were read. */
    void published(List<StoredLetter> letters);
}
