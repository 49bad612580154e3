package dev.mq.inmemory.tck;

import dev.mq.inmemory.InMemoryEngine;
import dev.mq.tck.Harness;
import dev.mq.tck.MqTck;
import java.util.UUID;

/** The compatibility kit on an engine with the system's clock. */
class InMemoryTckTest extends MqTck {
  @Override
  protected Harness harness() {
    InMemoryEngine engine = InMemoryEngine.named("tck-" + UUID.randomUUID());
    return Harness.of("inmemory")
        .config("mq.inmemory.engine", engine.name())
        .killer(engine::kill)
        .notRun(
            "aKillInAPublishStormLosesNothingConfirmedAndEveryPublishEnds",
            "whatWasDeclaredBoundStoredAndCommittedSurvivesAKill",
            "consumersGoOnByThemselvesAfterAKillAndRepeatsAreFlagged");
  }
}
