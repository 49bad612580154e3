package dev.mq.inmemory;

import dev.mq.tools.archrules.HouseRules;
import dev.mq.tools.archrules.ModuleCheck;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

final class ArchitectureTest {
  @TestFactory
  Stream<DynamicTest> keepsTheHouseRules() {
    return ModuleCheck.of("dev.mq.inmemory")
        .floor(40)
        .keeps(
            HouseRules.backendWithExtension(
                "dev.mq.inmemory",
                "dev.mq.inmemory.internal.sync.RealTime",
                "dev.mq.inmemory.internal.time.ManualTime",
                "dev.mq.inmemory.internal.time.SystemEngineTime"));
  }
}
