package io.weir.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Some thousands of the schedules that {@code src/chaos/simulate} runs by the million. */
class SimulationTest {
    private static final int SCHEDULES = 5_000;

    @Test
    void nothingIsLostOrDoubledInAnyOrder() {
        Simulation simulation = new Simulation(1, SCHEDULES, 3).run(2);
        Schedule.Result failure = simulation.shortestFailure();
        assertThat(
                        failure == null
                                ? ""
                                : "seed " + failure.seed() + ": " + failure.violation() + '\n' + failure.trace())
                .isEmpty();
        assertThat(simulation.done()).isEqualTo(SCHEDULES);
        // what never happens is not tested
        for (Seen seen : Seen.values()) {
            assertThat(simulation.count(seen)).as(seen.name()).isPositive();
        }
        for (Fault fault : Fault.values()) {
            assertThat(simulation.count(fault)).as(fault.name()).isPositive();
        }
    }

    @Test
    void aSeedIsOneSchedule() {
        Schedule.Result first = Schedule.run(7, Schedule.MAX_DISORDER, true);
        assertThat(Schedule.run(7, Schedule.MAX_DISORDER, true).trace()).isEqualTo(first.trace());
        assertThat(Schedule.run(8, Schedule.MAX_DISORDER, true).trace()).isNotEqualTo(first.trace());
    }
}
