package dev.mq.tools.archrules;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.CompositeArchRule;
import java.util.Arrays;

/** Who may know whom. */
final class DependencyRules {
  private DependencyRules() {}

  static ArchRule apiDependsOnJdkAndAnnotationsOnly() {
    return classes()
        .should()
        .onlyDependOnClassesThat(
            resideInAnyPackage(
                "dev.mq.api..",
                "dev.mq.spi..",
                "java..",
                "org.jspecify.annotations..",
                "com.google.errorprone.annotations.."))
        .as("mq-api depends on the JDK and annotations only")
        .because("users get no library they did not choose, see " + HouseRules.DECISION);
  }

  static ArchRule apiDoesNotKnowSpi() {
    return noClasses()
        .that()
        .resideInAPackage("dev.mq.api..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("dev.mq.spi..")
        .as("dev.mq.api does not know dev.mq.spi")
        .because("the driver contract may change without users, see " + HouseRules.DECISION);
  }

  static ArchRule internalStaysInside(String... roots) {
    return noClasses()
        .should()
        .dependOnClassesThat(
            resideInAPackage("dev.mq..internal..").and(not(resideInAnyPackage(below(roots)))))
        .as("internal packages stay inside their module")
        .because("what is internal may change at any time, see " + HouseRules.DECISION);
  }

  static ArchRule seesOfTheProjectOnly(String... roots) {
    return noClasses()
        .should()
        .dependOnClassesThat(
            resideInAPackage("dev.mq..").and(not(resideInAnyPackage(below(roots)))))
        .as("sees of the project only " + String.join(", ", roots))
        .because("modules meet in mq-api and nowhere else, see " + HouseRules.DECISION);
  }

  static ArchRule clientLibrariesStayInTheirBackend() {
    return CompositeArchRule.of(onlyIn("dev.mq.rabbit..", "com.rabbitmq..", "io.netty.."))
        .and(onlyIn("dev.mq.kafka..", "org.apache.kafka.."))
        .as("client libraries stay in their own backend")
        .because("a broker can be left out or replaced whole, see " + HouseRules.DECISION);
  }

  static ArchRule noPackageCycles() {
    return slices()
        .matching("dev.mq.(**)")
        .should()
        .beFreeOfCycles()
        .as("packages have no cycles")
        .because("each package can be read on its own, see " + HouseRules.DECISION);
  }

  private static ArchRule onlyIn(String home, String... libraries) {
    DescribedPredicate<JavaClass> library = resideInAnyPackage(libraries);
    return noClasses()
        .that()
        .resideOutsideOfPackage(home)
        .should()
        .dependOnClassesThat(library)
        .allowEmptyShould(true);
  }

  private static String[] below(String... roots) {
    return Arrays.stream(roots).map(root -> root + "..").toArray(String[]::new);
  }
}
