package io.weir.build;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaPackage;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.lang.ArchRule;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Holds the packages to their layers, and each rule to finding what breaks it. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ArchitectureTest {
    private static final String ROOT = "io.weir";
    private static final String VIOLATIONS = "io.weir.build.violations";

    private final JavaClasses weir = new ClassFileImporter().importPath(Path.of("target/classes"));
    private final JavaClasses violations =
            new ClassFileImporter().importPath(Path.of("target/test-classes/io/weir/build/violations"));

    @Test
    void everyPackageHasItsPlaceInTheLayers() {
        assertThat(weir.getPackage(ROOT).getSubpackages())
                .extracting(JavaPackage::getRelativeName)
                .isNotEmpty()
                .isSubsetOf(ArchitectureRules.MAY_IMPORT.keySet());
    }

    static List<String> packages() {
        return List.copyOf(ArchitectureRules.MAY_IMPORT.keySet());
    }

    @ParameterizedTest
    @MethodSource("packages")
    void aPackageImportsOnlyWhatStandsToItsRightOrBelow(String importer) {
        ArchitectureRules.layer(ROOT, importer).check(weir);
    }

    @Test
    void packagesHaveNoCircles() {
        ArchitectureRules.noCycles(ROOT).check(weir);
    }

    @Test
    void onlyTheLogAndItsLikesSpeakRedis() {
        ArchitectureRules.redis(ROOT).check(weir);
    }

    @Test
    void onlyTheStoreSpeaksSql() {
        ArchitectureRules.sql(ROOT).check(weir);
    }

    @Test
    void onlyEmbeddedKnowsTheEmbeddedServers() {
        ArchitectureRules.embeddedServers(ROOT).check(weir);
    }

    @Test
    void onlyTheClusterKnowsHowNodesFindEachOther() {
        ArchitectureRules.discovery(ROOT).check(weir);
    }

    @Test
    void eventsDefinitionsAndSettingsAreValues() {
        ArchitectureRules.leavesAreValues(ROOT).check(weir);
    }

    @Test
    void nobodyImportsMainOrTheGuardian() {
        ArchitectureRules.nobodyImportsTheTop(ROOT).check(weir);
    }

    static Stream<Arguments> broken() {
        return Stream.of(
                Arguments.of(ArchitectureRules.layer(VIOLATIONS, "log"), "log.KnowsThePipeline"),
                Arguments.of(ArchitectureRules.layer(VIOLATIONS, "store"), "store.KnowsThePipeline"),
                Arguments.of(ArchitectureRules.layer(VIOLATIONS, "store"), "store.KnowsTheLog"),
                Arguments.of(ArchitectureRules.layer(VIOLATIONS, "http"), "http.KnowsThePipeline"),
                Arguments.of(ArchitectureRules.layer(VIOLATIONS, "http"), "http.KnowsTheStore"),
                Arguments.of(ArchitectureRules.layer(VIOLATIONS, "definition"), "definition.KnowsEvents"),
                Arguments.of(ArchitectureRules.noCycles(VIOLATIONS), "log.KnowsThePipeline"),
                Arguments.of(ArchitectureRules.redis(VIOLATIONS), "http.SpeaksRedis"),
                Arguments.of(ArchitectureRules.sql(VIOLATIONS), "ops.SpeaksSql"),
                Arguments.of(ArchitectureRules.sql(VIOLATIONS), "ops.HoldsAPool"),
                Arguments.of(ArchitectureRules.embeddedServers(VIOLATIONS), "cli.StartsRedis"),
                Arguments.of(ArchitectureRules.discovery(VIOLATIONS), "ops.LooksForNodes"),
                Arguments.of(ArchitectureRules.leavesAreValues(VIOLATIONS), "event.IsAnActor"),
                Arguments.of(ArchitectureRules.leavesAreValues(VIOLATIONS), "settings.OpensAChannel"),
                Arguments.of(ArchitectureRules.leavesAreValues(VIOLATIONS), "definition.CallsHttp"),
                Arguments.of(ArchitectureRules.nobodyImportsTheTop(VIOLATIONS), "live.KnowsMain"));
    }

    @ParameterizedTest
    @MethodSource("broken")
    void aRuleFailsOnWhatBreaksIt(ArchRule rule, String culprit) {
        assertThat(rule.evaluate(violations).getFailureReport().getDetails())
                .anySatisfy(detail -> assertThat(detail).contains(VIOLATIONS + "." + culprit));
    }
}
