package dev.mq.api;

import dev.mq.tools.archrules.HouseRules;
import dev.mq.tools.archrules.ModuleCheck;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

final class ArchitectureTest {
  @TestFactory
  Stream<DynamicTest> keepsTheHouseRules() {
    return ModuleCheck.of("dev.mq.api", "dev.mq.spi").floor(1).keeps(HouseRules.api());
  }
}
