package io.weir.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class WaitingAppendsTest {
    private final WaitingAppends waiting = new WaitingAppends(3, 1_000);

    private PendingAppend add(int events) {
        PendingAppend append = new PendingAppend(LogFixtures.events(events), events, System.nanoTime(), false);
        waiting.add(append);
        return append;
    }

    private static List<Integer> ends(WaitingAppends.Packed packed) {
        return packed.parts().stream().map(AppendCommand.Part::to).toList();
    }

    @Test
    void whatIsPutBackIsTakenAgainAsItWas() {
        PendingAppend one = add(1);
        PendingAppend two = add(1);
        PendingAppend large = add(5);
        WaitingAppends.Packed packed = waiting.take();
        assertThat(packed.parts()).extracting(AppendCommand.Part::append).containsExactly(one, two, large);
        assertThat(ends(packed)).containsExactly(1, 1, 1);

        assertThat(waiting.putBack(packed.parts())).isNull();
        assertThat(waiting.take()).isEqualTo(packed);
        WaitingAppends.Packed next = waiting.take();
        assertThat(ends(next)).containsExactly(4);
        assertThat(waiting.putBack(next.parts())).isNull();
        assertThat(waiting.take()).isEqualTo(next);
        WaitingAppends.Packed last = waiting.take();
        assertThat(ends(last)).containsExactly(5);
        assertThat(waiting.putBack(last.parts())).isNull();
        assertThat(large.taken).isEqualTo(4);
        assertThat(waiting.take()).isEqualTo(last);
        assertThat(waiting.isEmpty()).isTrue();
    }

    @Test
    void aPartWhoseRestWasGivenUpMeanwhileIsHandedOut() {
        PendingAppend small = add(1);
        PendingAppend large = add(5);
        WaitingAppends.Packed packed = waiting.take();
        assertThat(waiting.takeLate(System.nanoTime() + 10, 0)).containsExactly(large);
        assertThat(waiting.putBack(packed.parts())).isEqualTo(packed.parts().getLast());
        assertThat(waiting.take().parts())
                .extracting(AppendCommand.Part::append)
                .containsExactly(small);
    }
}
