package io.weir.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.Test;

class LimitedExecutorTest {
    /** What threads would have to do, in its order. */
    private final Queue<Runnable> threads = new ArrayDeque<>();

    private final List<String> done = new ArrayList<>();
    private final LimitedExecutor executor = new LimitedExecutor(threads::add, 2, 2);

    @Test
    void soManyRunAtOnceAndTheOthersFollowInTheirOrder() {
        List.of("a", "b", "c", "d").forEach(name -> executor.execute(() -> done.add(name)));

        assertThat(threads).hasSize(2);
        runOne();
        assertThat(done).containsExactly("a", "c", "d");
        runOne();
        assertThat(done).containsExactly("a", "c", "d", "b");
        // and both places are free again
        List.of("e", "f", "g").forEach(name -> executor.execute(() -> done.add(name)));
        assertThat(threads).hasSize(2);
    }

    @Test
    void moreThanMayWaitAreRefused() {
        List.of("a", "b", "c", "d").forEach(name -> executor.execute(() -> done.add(name)));

        assertThatThrownBy(() -> executor.execute(() -> done.add("e"))).isInstanceOf(RejectedExecutionException.class);
        runOne();
        executor.execute(() -> done.add("f"));
        assertThat(threads).hasSize(2);
    }

    @Test
    void aTaskThatFailsKeepsNoPlace() {
        Thread.currentThread().setUncaughtExceptionHandler((thread, failure) -> done.add("failed"));
        executor.execute(() -> {
            throw new IllegalStateException("a defect");
        });
        List.of("b", "c").forEach(name -> executor.execute(() -> done.add(name)));

        runOne();
        Thread.currentThread().setUncaughtExceptionHandler(null);
        assertThat(done).containsExactly("failed", "c");
        executor.execute(() -> done.add("d"));
        assertThat(threads).hasSize(2);
    }

    @Test
    void whatTheThreadsHaveNoRoomForKeepsNoPlace() {
        boolean[] isFull = {true};
        LimitedExecutor refused = new LimitedExecutor(
                task -> {
                    if (isFull[0]) {
                        throw new RejectedExecutionException("full");
                    }
                    threads.add(task);
                },
                1,
                1);

        assertThatThrownBy(() -> refused.execute(() -> done.add("a"))).isInstanceOf(RejectedExecutionException.class);
        isFull[0] = false;
        refused.execute(() -> done.add("b"));
        runOne();
        assertThat(done).containsExactly("b");
    }

    private void runOne() {
        Objects.requireNonNull(threads.poll()).run();
    }
}
