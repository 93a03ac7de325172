package io.weir.ops;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class RoomTest {
    private final AtomicReference<Double> share = new AtomicReference<>(0.0);
    private final Room room = new Room("seats", share::get, 0.95, 0.75);

    private boolean fullAt(double taken) {
        share.set(taken);
        return room.isFull();
    }

    @Test
    void whatIsFullStaysSoUntilThereIsRoomToSpare() {
        assertThat(fullAt(0.94)).isFalse();
        assertThat(fullAt(0.95)).isTrue();
        assertThat(fullAt(0.76)).isTrue();
        assertThat(fullAt(0.75)).isFalse();
        assertThat(fullAt(0.94)).isFalse();
    }

    @Test
    void aNodeSaysHowFullItIs() {
        Readiness readiness = new Readiness(List::of, List.of(room));
        assertThat(readiness.report()).isEqualTo(new ProbeReport("ready", List.of()));
        share.set(1.02);
        assertThat(readiness.report().reasons()).containsExactly(new ProbeReport.Reason("full", "102% of seats"));
        readiness.drain();
        assertThat(readiness.report().reasons())
                .extracting(ProbeReport.Reason::name)
                .containsExactly("draining", "full");
    }
}
