package dev.mq.inmemory.tck;

import dev.mq.inmemory.InMemoryEngine;
import dev.mq.tck.Harness;
import dev.mq.tck.MqTck;
import java.util.UUID;

/** The kit on a mutant; run by {@link KitSelfTest} only, a named test at a time. */
final class MutantSuite extends MqTck {
  private static volatile Mutant mutant = Mutant.FORGETS_ACKS;

  static void breakBy(Mutant next) {
    mutant = next;
  }

  @Override
  protected Harness harness() {
    InMemoryEngine engine = InMemoryEngine.named("mutant-" + UUID.randomUUID());
    return Harness.of("mutant")
        .config(MutantBackend.ENGINE.name(), engine.name())
        .config(MutantBackend.MUTANT.name(), mutant.key())
        .killer(engine::kill);
  }
}
