package io.weir.build;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaMethod;
import com.tngtech.archunit.core.domain.properties.HasAnnotations;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.function.Predicate;
import org.junit.jupiter.api.Disabled;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.Extension;
import org.opentest4j.TestAbortedException;

/** No test is skipped, except one for which a browser, pgbouncer, promtool or script is missing. */
class SkippedTestsTest {
    private static final String CONDITIONS = "org.junit.jupiter.api.condition";

    private final JavaClasses tests = new ClassFileImporter().importPath(Path.of("target/test-classes"));

    @Test
    void noTestIsSwitchedOffByAnAnnotation() {
        assertThat(switchedOff(tests, type -> !type.getPackageName().startsWith("io.weir.build.violations")))
                .isEmpty();
    }

    @Test
    void aTestThatIsSwitchedOffIsFound() {
        assertThat(switchedOff(tests, type -> type.getPackageName().equals("io.weir.build.violations.skipped")))
                .hasSize(2);
    }

    @Test
    void anAssumptionThatFailsFailsTheTest() {
        assertThat(NoTestIsSkipped.judged(Set.of(), new TestAbortedException("no server")))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("no server");
    }

    @Test
    void aMissingProgramMaySkipATest() {
        for (String program : NoTestIsSkipped.PROGRAMS) {
            assertThat(NoTestIsSkipped.judged(Set.of(program), new TestAbortedException("no " + program)))
                    .isInstanceOf(TestAbortedException.class);
        }
    }

    @Test
    void theExtensionIsRegistered() {
        assertThat(ServiceLoader.load(Extension.class)).hasAtLeastOneElementOfType(NoTestIsSkipped.class);
    }

    private static List<String> switchedOff(JavaClasses classes, Predicate<JavaClass> wanted) {
        List<String> found = new ArrayList<>();
        for (JavaClass type : classes) {
            if (!wanted.test(type) || forBrowsers(type)) {
                continue;
            }
            if (hasCondition(type)) {
                found.add(type.getName());
            }
            for (JavaMethod method : type.getMethods()) {
                if (hasCondition(method) && !forBrowsers(method)) {
                    found.add(method.getFullName());
                }
            }
        }
        return found;
    }

    private static boolean hasCondition(HasAnnotations<?> element) {
        return element.getAnnotations().stream()
                .map(annotation -> annotation.getRawType())
                .anyMatch(type -> type.isEquivalentTo(Disabled.class)
                        || type.getPackageName().equals(CONDITIONS));
    }

    private static boolean forBrowsers(HasAnnotations<?> element) {
        return element.isAnnotatedWith(Tag.class)
                && element.getAnnotationOfType(Tag.class.getName())
                        .get("value")
                        .filter("browser"::equals)
                        .isPresent();
    }
}
