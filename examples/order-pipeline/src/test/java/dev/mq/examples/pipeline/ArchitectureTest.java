package dev.mq.examples.pipeline;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.nameMatching;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;

import com.tngtech.archunit.lang.ArchRule;
import dev.mq.tools.archrules.HouseRules;
import dev.mq.tools.archrules.ModuleCheck;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

final class ArchitectureTest {
  private static final String ROOT = "dev.mq.examples.pipeline";

  @TestFactory
  Stream<DynamicTest> keepsTheHouseRules() {
    return ModuleCheck.of(ROOT)
        .floor(20)
        .keeps(HouseRules.userProgram(ROOT, "dev.mq.spi", "dev.mq.inmemory"));
  }

  @TestFactory
  Stream<DynamicTest> servicesKnowTheUserApiOnly() {
    ArchRule rule =
        classes()
            .that()
            .haveNameMatching(
                ROOT + "\\.(Analytics|Fraud|Fulfilment|EmailWorker|PdfWorker|Shop|Order)(\\$.*)?")
            .should()
            .onlyDependOnClassesThat(
                resideInAnyPackage("dev.mq.api..", "java..", "org.jspecify..")
                    .or(nameMatching(ROOT + "\\.[A-Za-z$]+")))
            .as("services know the user API only")
            .because("the same code has to run on every broker");
    return ModuleCheck.of(ROOT).floor(20).keeps(List.of(rule));
  }
}
