package dev.mq.tools.archrules;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.lang.ArchRule;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A rule that cannot fail proves nothing, so each is shown an offender. */
final class HouseRulesSelfTest {
  private static final JavaClasses OFFENDERS =
      new ClassFileImporter().importClasses(Offender.class, Offender.StrayException.class);

  @Test
  void printingIsReported() {
    assertBroken(CodeRules.noStandardStreams(), "Offender.print()");
  }

  @Test
  void sleepingIsReported() {
    assertBroken(CodeRules.noThreadSleep(), "Offender.sleep()");
  }

  @Test
  void clocksAndThreadsOutsideTheirPlaceAreReported() {
    assertBroken(CodeRules.clocksAndThreadsOnlyIn(), "Offender.readClock()");
    assertBroken(CodeRules.clocksAndThreadsOnlyIn(), "Offender.makeThread()");
  }

  @Test
  void clocksAndThreadsInTheirPlaceAreAccepted() {
    ArchRule rule = CodeRules.clocksAndThreadsOnlyIn(Offender.class.getName());
    assertThatCode(() -> rule.allowEmptyShould(true).check(OFFENDERS)).doesNotThrowAnyException();
  }

  @Test
  void anExceptionWithoutTheCommonRootIsReported() {
    assertBroken(CodeRules.oneExceptionRoot(), "Offender$StrayException");
  }

  @Test
  void aLibraryTypeInASignatureIsReportedExceptInUnwrap() {
    ArchRule rule = CodeRules.signaturesShowOnly();
    assertBroken(rule, "Offender.show(");
    assertThat(rule.evaluate(OFFENDERS).getFailureReport().getDetails())
        .noneMatch(detail -> detail.contains("unwrap"));
  }

  @Test
  void aLibraryTypeOutsideItsPlaceIsReported() {
    assertBroken(DependencyRules.apiDependsOnJdkAndAnnotationsOnly(), "Offender.show(");
  }

  @Test
  void anotherModuleOfTheProjectIsReported() {
    JavaClasses classes = new ClassFileImporter().importClasses(HouseRulesSelfTest.class);
    assertBroken(classes, DependencyRules.seesOfTheProjectOnly("dev.mq.api"), "Offender");
  }

  @Test
  void aRuleThatSawTooFewClassesFails() {
    assertThatThrownBy(
            () ->
                ModuleCheck.of("dev.mq.tools.archrules")
                    .floor(1000)
                    .keeps(List.of(CodeRules.noThreadSleep()))
                    .findFirst()
                    .orElseThrow()
                    .getExecutable()
                    .execute())
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("the floor is 1000");
  }

  private static void assertBroken(ArchRule rule, String by) {
    assertBroken(OFFENDERS, rule, by);
  }

  private static void assertBroken(JavaClasses classes, ArchRule rule, String by) {
    assertThatThrownBy(() -> rule.check(classes))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining(by)
        .hasMessageContaining(HouseRules.DECISION);
  }
}
