package dev.mq.tools.archrules;

import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.lang.ArchRule;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;

/**
 * Checks the production classes of one module. Immutable.
 *
 * <p>Every rule fails when fewer classes than the floor were scanned: a rule that holds because it
 * saw nothing says nothing.
 *
 * <pre>{@code
 * @TestFactory
 * Stream<DynamicTest> keepsTheHouseRules() {
 *   return ModuleCheck.of("dev.mq.rabbit").floor(40).keeps(HouseRules.backend("dev.mq.rabbit"));
 * }
 * }</pre>
 */
public final class ModuleCheck {
  private final List<String> packages;
  private final int floor;

  private ModuleCheck(List<String> packages, int floor) {
    this.packages = packages;
    this.floor = floor;
  }

  /** Scans these packages and all below them, without test classes. The floor is one class. */
  public static ModuleCheck of(String... packages) {
    return new ModuleCheck(List.of(packages), 1);
  }

  /** Sets the least number of scanned classes; package descriptions do count. */
  public ModuleCheck floor(int classes) {
    if (classes < 1) {
      throw new IllegalArgumentException("floor must be at least 1, is " + classes);
    }
    return new ModuleCheck(packages, classes);
  }

  /** Gives one test for each rule. */
  public Stream<DynamicTest> keeps(List<ArchRule> rules) {
    requireNonNull(rules, "rules");
    JavaClasses classes =
        new ClassFileImporter()
            .withImportOption(location -> !location.contains("/test-classes/"))
            .withImportOption(location -> !location.contains("/jmh_generated/"))
            .importPackages(packages);
    return rules.stream()
        .map(rule -> dynamicTest(rule.getDescription(), () -> check(rule, classes)));
  }

  private void check(ArchRule rule, JavaClasses classes) {
    if (classes.size() < floor) {
      throw new AssertionError(
          "scanned " + classes.size() + " classes of " + packages + ", the floor is " + floor);
    }
    rule.allowEmptyShould(true).check(classes);
  }
}
