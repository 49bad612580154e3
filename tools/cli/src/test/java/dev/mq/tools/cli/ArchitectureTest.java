package dev.mq.tools.cli;

import dev.mq.tools.archrules.HouseRules;
import dev.mq.tools.archrules.ModuleCheck;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

final class ArchitectureTest {
  @TestFactory
  Stream<DynamicTest> keepsTheHouseRules() {
    return ModuleCheck.of("dev.mq.tools.cli")
        .floor(8)
        .keeps(HouseRules.program("dev.mq.tools.cli"));
  }
}
