package io.weir.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.event.EntryId;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class StreamDepthTest {
    private static final long NO_LIMIT = Long.MAX_VALUE / 2;
    private final StreamDepth depth = new StreamDepth();

    @BeforeEach
    void runTheFirstPartitionHere() {
        depth.runs(0, true);
    }

    @Test
    void theLimitHoldsOverAllPartitions() {
        assertThat(depth.reserve(0, 6, 10)).isTrue();
        assertThat(depth.reserve(1, 5, 10)).isFalse();
        assertThat(depth.reserve(1, 4, 10)).isTrue();
        assertThat(depth.total()).isEqualTo(10);
    }

    @Test
    void eventsThatAreSurelyNotAppendedGiveTheirRoomBack() {
        reserve(0, 6);
        depth.release(0, 6);
        assertThat(depth.total()).isZero();
    }

    @Test
    void whatIsAppendedAndReadAndCommittedIsCountedOnceAtEachStep() {
        reserve(0, 6);
        depth.appended(0, 6, id(5));
        assertThat(depth.total()).isEqualTo(6);
        depth.found(0, id(5), 6);
        assertThat(depth.total()).isEqualTo(6);
        depth.committed(0, 6);
        assertThat(depth.total()).isZero();
    }

    @Test
    void whatOthersAppendedCountsOnceItIsRead() {
        depth.found(0, id(5), 4);
        assertThat(depth.total()).isEqualTo(4);
        depth.committed(0, 4);
        assertThat(depth.total()).isZero();
    }

    @Test
    void unansweredEventsStayWhenTheConsumerHasCaughtUp() {
        reserve(0, 6);
        depth.foundEnd(0, id(5));
        depth.settle(0, 3);
        assertThat(depth.total()).isEqualTo(9);
        depth.appended(0, 6, id(6));
        assertThat(depth.total()).isEqualTo(9);
    }

    @Test
    void anAnswerThatComesAfterItsEntryWasReadIsNotCountedTwice() {
        reserve(0, 6);
        // the entry 5 was read before its XADD's answer was seen
        depth.found(0, id(5), 6);
        depth.appended(0, 6, id(5));
        assertThat(depth.total()).isEqualTo(6);
        depth.committed(0, 6);
        assertThat(depth.total()).isZero();
    }

    @Test
    void whatIsAppendedBetweenAnEmptyReadAndItsReportIsKept() {
        append(0, 2, id(6));
        depth.foundEnd(0, id(5));
        append(0, 3, id(7));
        depth.settle(0, 1);
        assertThat(depth.total()).isEqualTo(6);
    }

    @Test
    void anEmptyReadThatIsReportedAfterTheNextOneHasFoundSomethingChangesNothing() {
        depth.foundEnd(0, id(5));
        depth.found(0, id(6), 2);
        depth.settle(0, 0);
        assertThat(depth.total()).isEqualTo(2);
    }

    @Test
    void whatALostConnectionLeavesOpenCountsUntilTheConsumerHasCaughtUp() {
        reserve(0, 2);
        depth.lost(0, 2);
        assertThat(depth.total()).isEqualTo(2);
        depth.foundEnd(0, id(5));
        depth.settle(0, 0);
        assertThat(depth.total()).isZero();
    }

    @Test
    void commitsOfWhatWasNeverSeenDoNotMakeItNegative() {
        reserve(0, 2);
        depth.committed(0, 50);
        assertThat(depth.total()).isEqualTo(2);
        depth.appended(0, 2, id(1));
        depth.found(0, id(1), 2);
        depth.committed(0, 50);
        assertThat(depth.total()).isZero();
    }

    @Test
    void aStartCountsWhatTheLogHoldsWhoeverAppendedIt() {
        append(0, 2, id(5));
        append(0, 3, id(9));
        depth.started(0, 40, id(7));
        assertThat(depth.total()).isEqualTo(43);
        depth.found(0, id(7), 40);
        depth.found(0, id(9), 3);
        assertThat(depth.total()).isEqualTo(43);
    }

    @Test
    void aCountAheadOfTheReadsIsNotRepeatedByThem() {
        depth.started(0, 0, id(3));
        append(0, 2, id(5));
        assertThat(depth.counted(0, id(3), id(8), 10)).isTrue();
        assertThat(depth.total()).isEqualTo(10);
        depth.found(0, id(5), 2);
        depth.found(0, id(8), 8);
        assertThat(depth.total()).isEqualTo(10);
        depth.committed(0, 10);
        assertThat(depth.total()).isZero();
    }

    @Test
    void aCountThatReadsHaveOvertakenChangesNothing() {
        depth.started(0, 0, id(3));
        depth.found(0, id(8), 10);
        assertThat(depth.counted(0, id(3), id(6), 7)).isFalse();
        assertThat(depth.total()).isEqualTo(10);
    }

    @Test
    void ofAPartitionElsewhereTheOtherNodesWordCountsAndWhatWasAppendedHereBehindIt() {
        append(1, 2, id(5));
        append(1, 3, id(9));
        depth.elsewhere(1, new Uncommitted(id(7), 100));
        assertThat(depth.total()).isEqualTo(103);
        depth.elsewhere(1, new Uncommitted(id(9), 0));
        assertThat(depth.total()).isZero();
    }

    @Test
    void whatAnotherNodeSaysOfAPartitionThatRunsHereIsIgnored() {
        append(0, 2, id(5));
        depth.elsewhere(0, new Uncommitted(id(7), 100));
        assertThat(depth.total()).isEqualTo(2);
    }

    @Test
    void theFiguresOfThisNodeAreThoseOfThePartitionsThatItRuns() {
        append(0, 2, id(5));
        append(1, 3, id(5));
        assertThat(depth.totalHere()).isEqualTo(2);
        depth.runs(0, false);
        assertThat(depth.totalHere()).isZero();
        assertThat(depth.runsAny()).isFalse();
        assertThat(depth.total()).isEqualTo(5);
    }

    @Test
    void othersAreToldNothingBeforeAStartHasCountedTheLog() {
        append(0, 2, id(5));
        assertThat(depth.uncommitted(0)).isNull();
        depth.started(0, 40, id(4));
        assertThat(depth.uncommitted(0)).isEqualTo(new Uncommitted(id(4), 42));
        depth.runs(0, false);
        assertThat(depth.uncommitted(0)).isNull();
    }

    @Test
    void soManyAnswersBehindThePositionTakeABoundedPlace() {
        for (int i = 1; i <= 100_000; i++) {
            append(1, 1, id(i));
        }
        assertThat(depth.total()).isEqualTo(100_000);
        depth.elsewhere(1, new Uncommitted(id(100_000), 7));
        assertThat(depth.total()).isEqualTo(7);
    }

    private void reserve(int partition, int events) {
        assertThat(depth.reserve(partition, events, NO_LIMIT)).isTrue();
    }

    private void append(int partition, int events, EntryId id) {
        reserve(partition, events);
        depth.appended(partition, events, id);
    }

    private static EntryId id(long millis) {
        return new EntryId(millis, 0);
    }
}
