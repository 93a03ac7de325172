package io.weir.http;

import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * Runs some of another executor's tasks, so many at once; the others wait and are taken in their order. What takes long so
 * leaves threads to what does not.
 */
final class LimitedExecutor implements Executor {
    private final Executor executor;
    private final int most;
    private final int mostWaiting;
    private final Queue<Runnable> waiting = new ArrayDeque<>();
    private int running;

    /**
     * Limits an executor.
     *
     * @param most tasks at once
     * @param mostWaiting tasks that wait for them; one more is refused
     */
    LimitedExecutor(Executor executor, int most, int mostWaiting) {
        this.executor = executor;
        this.most = most;
        this.mostWaiting = mostWaiting;
    }

    @Override
    public void execute(Runnable task) {
        synchronized (waiting) {
            if (running < most) {
                // within the lock: who came while this one was on its way and refused would wait for nobody
                executor.execute(() -> runAll(task));
                running++;
            } else if (waiting.size() < mostWaiting) {
                waiting.add(task);
            } else {
                throw new RejectedExecutionException("full");
            }
        }
    }

    private void runAll(Runnable first) {
        for (Runnable task = first; task != null; task = next()) {
            try {
                task.run();
            } catch (RuntimeException defect) {
                Thread current = Thread.currentThread();
                current.getUncaughtExceptionHandler().uncaughtException(current, defect);
            }
        }
    }

    private @Nullable Runnable next() {
        synchronized (waiting) {
            Runnable next = waiting.poll();
            running -= next == null ? 1 : 0;
            return next;
        }
    }
}
