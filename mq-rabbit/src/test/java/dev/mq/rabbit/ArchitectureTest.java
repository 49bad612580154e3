package dev.mq.rabbit;

import dev.mq.tools.archrules.HouseRules;
import dev.mq.tools.archrules.ModuleCheck;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

final class ArchitectureTest {
  @TestFactory
  Stream<DynamicTest> keepsTheHouseRules() {
    return ModuleCheck.of("dev.mq.rabbit").floor(60).keeps(HouseRules.backend("dev.mq.rabbit"));
  }
}
