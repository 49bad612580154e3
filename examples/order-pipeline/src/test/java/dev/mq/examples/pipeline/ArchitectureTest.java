package dev.mq.examples.pipeline;

import dev.mq.tools.archrules.HouseRules;
import dev.mq.tools.archrules.ModuleCheck;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

final class ArchitectureTest {
  @TestFactory
  Stream<DynamicTest> keepsTheHouseRules() {
    return ModuleCheck.of("dev.mq.examples.pipeline")
        .floor(1)
        .keeps(HouseRules.userProgram("dev.mq.examples.pipeline"));
  }
}
