package io.weir.query;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ThresholdSearchTest {
    /** Lists in memory that count what is read of them. */
    private static final class Lists implements SortedLists<RuntimeException> {
        private final List<Map<String, Long>> lists;
        private final IntToDoubleFunction weight;
        private final int groups;
        private final Set<String> lookedUp = new HashSet<>();
        private int read;
        private int entries;

        Lists(List<Map<String, Long>> lists) {
            this(lists, list -> 1, 1);
        }

        Lists(List<Map<String, Long>> lists, IntToDoubleFunction weight, int groups) {
            this.lists = lists;
            this.weight = weight;
            this.groups = groups;
        }

        @Override
        public int size() {
            return lists.size();
        }

        @Override
        public double weight(int list) {
            return weight.applyAsDouble(list);
        }

        @Override
        public List<Entry> read(List<Section> sections) {
            List<Entry> entries = new ArrayList<>();
            for (Section section : sections) {
                lists.get(section.list()).entrySet().stream()
                        .sorted(Map.Entry.<String, Long>comparingByValue(Comparator.reverseOrder())
                                .thenComparing(Map.Entry.comparingByKey()))
                        .skip(section.skip())
                        .limit(section.count())
                        .forEach(entry -> entries.add(
                                new Entry(section.list(), entry.getKey(), BigDecimal.valueOf(entry.getValue()))));
            }
            read += entries.size();
            this.entries += entries.size();
            Collections.shuffle(entries, new Random(read));
            return entries;
        }

        @Override
        public int group(int list) {
            return list % groups;
        }

        @Override
        public Map<String, BigDecimal> sums(Map<Integer, List<String>> entitiesByGroup) {
            Map<String, BigDecimal> sums = new HashMap<>();
            entitiesByGroup.forEach((group, entities) -> {
                for (int list = group; list < lists.size(); list += groups) {
                    lookedUp.addAll(entities);
                    for (String entity : entities) {
                        long value = lists.get(list).getOrDefault(entity, 0L);
                        sums.merge(entity, BigDecimal.valueOf(value), BigDecimal::add);
                        read++;
                    }
                }
            });
            return sums;
        }

        BigDecimal sum(String entity) {
            return BigDecimal.valueOf(lists.stream()
                    .mapToLong(list -> list.getOrDefault(entity, 0L))
                    .sum());
        }

        /** The sums of all, the greatest first. */
        List<BigDecimal> sums(int limit) {
            Map<String, Long> sums = new HashMap<>();
            lists.forEach(list -> list.forEach((entity, value) -> sums.merge(entity, value, Long::sum)));
            return sums.values().stream()
                    .sorted(Comparator.reverseOrder())
                    .limit(limit)
                    .map(BigDecimal::valueOf)
                    .toList();
        }
    }

    static Stream<Long> seeds() {
        return IntStream.range(0, 400).mapToObj(seed -> (long) seed);
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void itFindsWhatAddingEverythingUpFinds(long seed) {
        Random random = new Random(seed);
        int entities = 1 + random.nextInt(300);
        long least = random.nextBoolean() ? 0 : -random.nextInt(50);
        long most = least + 1 + random.nextInt(random.nextBoolean() ? 3 : 1_000);
        List<Map<String, Long>> lists = new ArrayList<>();
        for (int i = random.nextInt(12); i >= 0; i--) {
            Map<String, Long> list = new LinkedHashMap<>();
            for (int j = random.nextInt(entities + 1); j > 0; j--) {
                list.put("e" + random.nextInt(entities), random.nextLong(least, most));
            }
            lists.add(list);
        }
        int limit = 1 + random.nextInt(20);
        // right or wrong
        double[] weights = random.doubles(lists.size(), 0.001, 1).toArray();
        Lists source = new Lists(lists, list -> weights[list], 1 + random.nextInt(4));

        List<RankedEntity> found = Objects.requireNonNull(ThresholdSearch.find(source, limit, Long.MAX_VALUE));

        assertThat(found).extracting(RankedEntity::value).as("seed %d", seed).isEqualTo(source.sums(limit));
        assertThat(found).extracting(RankedEntity::entity).doesNotHaveDuplicates();
        assertThat(found)
                .allSatisfy(ranked -> assertThat(source.sum(ranked.entity())).isEqualTo(ranked.value()));
    }

    @Test
    void ofManyEntitiesItReadsFew() {
        Lists lists = zipf(20, 20_000);

        assertThat(ThresholdSearch.find(lists, 10, Long.MAX_VALUE))
                .isNotNull()
                .extracting(RankedEntity::value)
                .isEqualTo(lists.sums(10));
        // of 400,000
        assertThat(lists.read).isLessThan(2_000);
    }

    /** 24 lists of an hour add little to the bounds beside 29 of a day, so little is read of them. */
    @Test
    void ofShortListsItReadsLessThanOfLongOnes() {
        List<Map<String, Long>> all = new ArrayList<>();
        for (int list = 0; list < 53; list++) {
            long greatest = list < 29 ? 24_000_000 : 1_000_000;
            Map<String, Long> entities = new HashMap<>();
            IntStream.rangeClosed(1, 20_000).forEach(rank -> entities.put("e" + rank, greatest / rank));
            all.add(entities);
        }
        Lists alike = new Lists(all);
        Lists weighed = new Lists(all, list -> list < 29 ? 24 : 1, 1);

        assertThat(ThresholdSearch.find(weighed, 100, Long.MAX_VALUE))
                .isEqualTo(ThresholdSearch.find(alike, 100, Long.MAX_VALUE));
        assertThat(weighed.entries).isLessThan(alike.entries * 4 / 5);
    }

    /** The lists of one group end, and nobody is looked up in it; in the other all but one entity were seen in every list. */
    @Test
    void whatWasReadIsNotLookedUp() {
        List<Map<String, Long>> lists = new ArrayList<>();
        for (int list = 0; list < 4; list++) {
            Map<String, Long> entities = new HashMap<>(Map.of("a", 900L, "b", 800L, "c", 700L));
            if (list % 2 == 0) {
                IntStream.range(0, 100).forEach(i -> entities.put("e" + i, 1L));
            }
            lists.add(entities);
        }
        lists.get(1).remove("b");
        lists.get(2).remove("c");
        Lists source = new Lists(lists, list -> 1, 2);

        assertThat(ThresholdSearch.find(source, 3, Long.MAX_VALUE))
                .extracting(RankedEntity::entity)
                .containsExactly("a", "b", "c");
        // "c" over both of its group's lists, and some of those with 1 who were seen in one of them
        assertThat(source.lookedUp).contains("c").doesNotContain("a", "b");
    }

    @Test
    void beyondWhatItMayReadItGivesUp() {
        assertThat(ThresholdSearch.find(zipf(20, 20_000), 10, 300)).isNull();
        // all equal: nothing can be left unread
        Map<String, Long> equal = new HashMap<>();
        IntStream.range(0, 5_000).forEach(i -> equal.put("e" + i, 1L));
        Map<String, Long> others = new HashMap<>();
        IntStream.range(0, 5_000).forEach(i -> others.put("f" + i, 1L));
        assertThat(ThresholdSearch.find(new Lists(List.of(equal, others)), 10, 1_000))
                .isNull();
    }

    @Test
    void ofNothingItFindsNothing() {
        assertThat(ThresholdSearch.find(new Lists(List.of()), 10, 10)).isEmpty();
        assertThat(ThresholdSearch.find(new Lists(List.of(Map.of(), Map.of())), 10, 100))
                .isEmpty();
    }

    /** What an entity that lost everything in one list had before does not make it one of the greatest. */
    @Test
    void aLossCounts() {
        Map<String, Long> gains = new HashMap<>(Map.of("a", 100L, "b", 90L, "c", 80L));
        IntStream.range(0, 100).forEach(i -> gains.put("e" + i, 10L));
        Map<String, Long> losses = new HashMap<>(Map.of("a", -95L, "b", -1L));

        assertThat(ThresholdSearch.find(new Lists(List.of(gains, losses)), 2, 1_000))
                .isNotNull()
                .extracting(RankedEntity::entity)
                .containsExactly("b", "c");
    }

    private static Lists zipf(int lists, int entities) {
        Random random = new Random(7);
        List<Map<String, Long>> all = new ArrayList<>();
        for (int i = 0; i < lists; i++) {
            Map<String, Long> list = new HashMap<>();
            for (int rank = 1; rank <= entities; rank++) {
                list.put("e" + rank, (long) (1_000_000.0 / rank * (0.9 + random.nextDouble() / 5)));
            }
            all.add(list);
        }
        return new Lists(all);
    }
}
