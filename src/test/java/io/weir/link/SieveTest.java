package io.weir.link;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class SieveTest {
    private static final Target TARGET = new Target("https://example.com/", Target.NEVER, 1);

    /** What the paper describes, in a list from the oldest to the newest. */
    private static final class Model {
        private static final class Entry {
            final String code;
            boolean wanted;

            Entry(String code) {
                this.code = code;
            }
        }

        final int maximum;
        final List<Entry> entries = new ArrayList<>();
        int hand;

        Model(int maximum) {
            this.maximum = maximum;
        }

        int indexOf(String code) {
            for (int i = 0; i < entries.size(); i++) {
                if (entries.get(i).code.equals(code)) {
                    return i;
                }
            }
            return -1;
        }

        boolean find(String code) {
            int index = indexOf(code);
            if (index >= 0) {
                entries.get(index).wanted = true;
            }
            return index >= 0;
        }

        void put(String code) {
            int index = indexOf(code);
            if (index >= 0) {
                entries.set(index, new Entry(code));
                return;
            }
            if (entries.size() == maximum) {
                while (entries.get(hand).wanted) {
                    entries.get(hand).wanted = false;
                    hand = (hand + 1) % entries.size();
                }
                removeAt(hand);
            }
            entries.add(new Entry(code));
        }

        void remove(String code) {
            int index = indexOf(code);
            if (index >= 0) {
                removeAt(index);
            }
        }

        private void removeAt(int index) {
            boolean wasNewest = index == entries.size() - 1;
            entries.remove(index);
            if (index < hand) {
                hand--;
            } else if (index == hand && wasNewest) {
                hand = 0;
            }
        }
    }

    private static void put(Sieve sieve, String code) {
        sieve.put(new HeldLink(code, TARGET, 0));
    }

    @Test
    void whatNobodyAskedForGoesFirstAndTheOldestOfThatBefore() {
        Sieve sieve = new Sieve(3);
        put(sieve, "a");
        put(sieve, "b");
        put(sieve, "c");
        sieve.find("a");
        put(sieve, "d");
        assertThat(sieve.size()).isEqualTo(3);
        assertThat(sieve.peek("b")).isNull();
        // the mark of a was used up, and the search goes on behind b
        put(sieve, "e");
        assertThat(sieve.peek("c")).isNull();
        assertThat(sieve.peek("a")).isNotNull();
    }

    @Test
    void itKeepsWhatThePaperKeeps() {
        for (int maximum : new int[] {1, 2, 3, 16}) {
            Random random = new Random(maximum);
            Sieve sieve = new Sieve(maximum);
            Model model = new Model(maximum);
            for (int step = 0; step < 20_000; step++) {
                String code = "c" + (int) (Math.pow(random.nextDouble(), 2) * 3 * maximum);
                switch (random.nextInt(10)) {
                    case 0 -> {
                        sieve.remove(code);
                        model.remove(code);
                    }
                    case 1, 2, 3 -> {
                        put(sieve, code);
                        model.put(code);
                    }
                    default -> assertThat(sieve.find(code) != null).isEqualTo(model.find(code));
                }
                assertThat(sieve.size()).isEqualTo(model.entries.size());
                for (Model.Entry entry : model.entries) {
                    assertThat(sieve.peek(entry.code))
                            .as("%s in step %d of %d", entry.code, step, maximum)
                            .isNotNull();
                }
            }
        }
    }

    @Test
    void itIsWholeAfterManyHaveUsedItAtOnce() throws Exception {
        int maximum = 100;
        Sieve sieve = new Sieve(maximum);
        try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
            List<Future<?>> ends = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                Random random = new Random(i);
                ends.add(threads.submit(() -> {
                    for (int step = 0; step < 100_000; step++) {
                        String code = "c" + random.nextInt(3 * maximum);
                        switch (random.nextInt(8)) {
                            case 0 -> sieve.remove(code);
                            case 1, 2 -> put(sieve, code);
                            default -> {
                                HeldLink held = sieve.find(code);
                                assertThat(held == null || held.code().equals(code))
                                        .isTrue();
                            }
                        }
                    }
                }));
            }
            for (Future<?> end : ends) {
                end.get(60, TimeUnit.SECONDS);
            }
        }
        assertThat(sieve.size()).isLessThanOrEqualTo(maximum);
        // every place can be had again, and no more
        for (int i = 0; i < 2 * maximum; i++) {
            put(sieve, "n" + i);
            assertThat(sieve.size()).isLessThanOrEqualTo(maximum);
        }
        assertThat(sieve.size()).isEqualTo(maximum);
        for (int i = maximum; i < 2 * maximum; i++) {
            sieve.remove("n" + i);
        }
        for (int i = 0; i < maximum; i++) {
            put(sieve, "m" + i);
        }
        assertThat(sieve.size()).isEqualTo(maximum);
    }
}
