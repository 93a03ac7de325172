package io.weir.fuzz;

import java.time.Duration;
import java.util.List;
import java.util.Random;

/** Something that parses what strangers send, and what must hold whatever that is. */
public interface FuzzTarget {
    String name();

    /** Valid inputs, as beginnings. */
    List<byte[]> seeds();

    /** Pieces of its language, to put anywhere. */
    default List<String> tokens() {
        return List.of();
    }

    /** An input of its language, mostly valid; by default one of the seeds. */
    default byte[] generate(Random random) {
        return seeds().get(random.nextInt(seeds().size()));
    }

    /** Parses the input and nothing else: what may not be slow. */
    default void parse(byte[] input) throws Exception {
        check(input);
    }

    /** How long 64 KiB may take, once the code is warm. */
    default Duration slowAfter() {
        return Duration.ofMillis(50);
    }

    /** Parses the input; throws whatever is not documented, or an {@link AssertionError} where a property fails. */
    void check(byte[] input) throws Exception;
}
