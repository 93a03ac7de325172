package io.weir.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.event.EntryId;
import org.junit.jupiter.api.Test;

class StreamDepthTest {
    private static final long NO_LIMIT = Long.MAX_VALUE / 2;
    private final StreamDepth depth = new StreamDepth(2);

    @Test
    void theLimitHoldsOverAllPartitions() {
        assertThat(depth.reserve(0, 6, 10)).isTrue();
        assertThat(depth.reserve(1, 5, 10)).isFalse();
        assertThat(depth.reserve(1, 4, 10)).isTrue();
        assertThat(depth.total()).isEqualTo(10);
    }

    @Test
    void eventsThatAreSurelyNotAppendedGiveTheirRoomBack() {
        assertThat(depth.reserve(0, 6, NO_LIMIT)).isTrue();
        depth.release(0, 6);
        assertThat(depth.total()).isZero();
    }

    @Test
    void unansweredEventsStayWhenTheConsumerHasCaughtUp() {
        assertThat(depth.reserve(0, 6, NO_LIMIT)).isTrue();
        depth.look(0);
        depth.foundEnd(0, id(5));
        depth.settle(0, 3);
        assertThat(depth.total()).isEqualTo(9);
        depth.appended(0, 6, id(6));
        assertThat(depth.total()).isEqualTo(9);
    }

    @Test
    void anAnswerThatComesAfterItsEntryWasReadIsNotCountedTwice() {
        assertThat(depth.reserve(0, 6, NO_LIMIT)).isTrue();
        // the entry 5 was read before its XADD's answer was seen
        depth.look(0);
        depth.foundEnd(0, id(5));
        depth.settle(0, 6);
        depth.appended(0, 6, id(5));
        assertThat(depth.total()).isEqualTo(6);
        depth.committed(0, 6);
        assertThat(depth.total()).isZero();
    }

    @Test
    void whatIsAppendedBetweenAnEmptyReadAndItsReportIsKept() {
        depth.look(0);
        assertThat(depth.reserve(0, 2, NO_LIMIT)).isTrue();
        depth.appended(0, 2, id(6));
        depth.foundEnd(0, id(5));
        assertThat(depth.reserve(0, 3, NO_LIMIT)).isTrue();
        depth.appended(0, 3, id(7));
        depth.settle(0, 1);
        assertThat(depth.total()).isEqualTo(6);
    }

    @Test
    void anEmptyReadThatIsReportedAfterTheNextOneBeganKeepsWhatCameBetween() {
        depth.look(0);
        depth.foundEnd(0, id(5));
        assertThat(depth.reserve(0, 2, NO_LIMIT)).isTrue();
        depth.appended(0, 2, id(6));
        depth.look(0);
        depth.settle(0, 0);
        assertThat(depth.total()).isEqualTo(2);
    }

    @Test
    void whatALostConnectionLeavesOpenCountsUntilTheConsumerHasCaughtUp() {
        assertThat(depth.reserve(0, 2, NO_LIMIT)).isTrue();
        depth.lost(0, 2);
        assertThat(depth.total()).isEqualTo(2);
        depth.look(0);
        depth.foundEnd(0, id(5));
        depth.settle(0, 0);
        assertThat(depth.total()).isZero();
    }

    @Test
    void commitsOfEventsThatOthersAppendedDoNotMakeItNegative() {
        assertThat(depth.reserve(0, 2, NO_LIMIT)).isTrue();
        depth.committed(0, 50);
        assertThat(depth.total()).isEqualTo(2);
        depth.appended(0, 2, id(1));
        depth.committed(0, 50);
        assertThat(depth.total()).isZero();
    }

    private static EntryId id(long millis) {
        return new EntryId(millis, 0);
    }
}
