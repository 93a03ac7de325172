package io.weir.build;

import java.util.Collections;
import java.util.Set;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.LifecycleMethodExecutionExceptionHandler;
import org.junit.jupiter.api.extension.TestExecutionExceptionHandler;
import org.opentest4j.TestAbortedException;

/**
 * Fails a test that gives up by an assumption, because nobody looks at a skipped test; only one with a tag that says
 * which program of the system it needs may. Registered for every test by {@code META-INF/services}. What is skipped by an annotation,
 * {@link SkippedTestsTest} finds.
 */
public final class NoTestIsSkipped implements TestExecutionExceptionHandler, LifecycleMethodExecutionExceptionHandler {
    /** The tags of tests that need a browser, pgbouncer, promtool, script or zsh. */
    static final Set<String> PROGRAMS = Set.of("browser", "pgbouncer", "promtool", "terminal", "zsh");

    @Override
    public void handleTestExecutionException(ExtensionContext context, Throwable problem) throws Throwable {
        throw judged(context.getTags(), problem);
    }

    @Override
    public void handleBeforeAllMethodExecutionException(ExtensionContext context, Throwable problem) throws Throwable {
        throw judged(context.getTags(), problem);
    }

    @Override
    public void handleBeforeEachMethodExecutionException(ExtensionContext context, Throwable problem) throws Throwable {
        throw judged(context.getTags(), problem);
    }

    static Throwable judged(Set<String> tags, Throwable problem) {
        if (problem instanceof TestAbortedException && Collections.disjoint(tags, PROGRAMS)) {
            return new AssertionError("skipped: " + problem.getMessage(), problem);
        }
        return problem;
    }
}
