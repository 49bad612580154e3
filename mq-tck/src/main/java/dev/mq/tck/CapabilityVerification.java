package dev.mq.tck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mq.api.Capability;
import dev.mq.api.LogSpec;
import dev.mq.api.NotFoundException;
import dev.mq.api.Overflow;
import dev.mq.api.QueueSpec;
import dev.mq.api.Topology;
import dev.mq.api.UnsupportedCapabilityException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/** Using what the backend does not declare is refused before any side effect. */
abstract class CapabilityVerification extends Verification {
  @Guarantee("B-09")
  @Test
  void aCapabilityThatIsNotDeclaredIsRefusedWhenItIsAskedFor() {
    for (Capability<?> capability : missing()) {
      assertThatThrownBy(
              () -> a().capabilities().require(capability),
              "requiring '%s', which is not declared",
              capability)
          .isInstanceOf(UnsupportedCapabilityException.class)
          .hasMessageContaining(capability.name());
    }
  }

  @Guarantee("B-09")
  @Test
  void aQueueThatNeedsAnUndeclaredCapabilityIsRefusedAndNotMade() {
    Map<Capability<?>, QueueSpec> needing = new LinkedHashMap<>();
    needing.put(Capability.MESSAGE_TTL, builder().timeToLive(Duration.ofMinutes(1)).build());
    needing.put(Capability.MAX_LENGTH, builder().maxLength(9, Overflow.REJECT_PUBLISH).build());
    needing.put(Capability.PRIORITIES, builder().maxPriority(1).build());
    needing.put(Capability.SINGLE_ACTIVE_CONSUMER, builder().singleActiveConsumer().build());
    needing.put(Capability.EXCLUSIVE_QUEUE, builder().exclusive().build());
    needing.put(Capability.TEMPORARY_QUEUE, builder().temporary().build());
    needing.keySet().retainAll(missing());
    needing.forEach(
        (capability, spec) -> {
          assertThatThrownBy(
                  () -> a().declare(Topology.builder().queue(spec).build()),
                  "%s without capability '%s'",
                  spec,
                  capability)
              .isInstanceOf(UnsupportedCapabilityException.class)
              .hasMessageContaining(capability.name());
          assertThatThrownBy(
                  () -> b().queue(spec.name()).consumer().receiver().close(),
                  "the refused %s must not exist",
                  spec)
              .isInstanceOf(NotFoundException.class);
        });
  }

  @Guarantee("B-09")
  @Test
  void anOperationThatNeedsAnUndeclaredCapabilityIsRefused() {
    String queue = kit().queue("q");
    Map<Capability<?>, ThrowingCallable> uses = new LinkedHashMap<>();
    uses.put(Capability.BROWSE, () -> a().queue(queue).browse(1));
    uses.put(Capability.DRY_RUN_ROUTING, () -> a().exchange(kit().name("x")).route(text("any")));
    uses.put(Capability.TEMPORARY_QUEUE, () -> a().queue(queue).requester().open().close());
    if (a().capabilities().has(Capability.LOGS)) {
      String log = kit().log("log", 1);
      uses.put(Capability.TIMESTAMP_SEEK, () -> a().log(log).at(Instant.EPOCH));
      uses.put(Capability.ADD_PARTITIONS, () -> a().log(log).addPartitions(2));
      uses.put(Capability.LOG_LAG, () -> a().log(log).lag("group"));
      uses.put(
          Capability.LOG_RETENTION,
          () ->
              a().declare(
                      Topology.builder()
                          .log(
                              LogSpec.builder(kit().name("kept"))
                                  .retention(Duration.ofHours(1))
                                  .build())
                          .build()));
    }
    uses.keySet().retainAll(missing());
    uses.forEach(
        (capability, use) ->
            assertThatThrownBy(use, "using '%s', which is not declared", capability)
                .isInstanceOf(UnsupportedCapabilityException.class));
  }

  @Guarantee("B-09")
  @Test
  void whatEveryBackendMustDeclareIsDeclared() {
    assertThat(missing())
        .as("declared: %s", a().capabilities())
        .doesNotContain(
            Capability.QUEUES,
            Capability.EXCHANGES,
            Capability.CONFIRMED_SETTLE,
            Capability.START_BOUND_MILLIS,
            Capability.MIN_HOLD,
            Capability.RETRY);
  }

  private List<Capability<?>> missing() {
    List<Capability<?>> missing = new ArrayList<>(Capability.all());
    missing.removeIf(c -> a().capabilities().has(c));
    return missing;
  }

  private QueueSpec.Builder builder() {
    return QueueSpec.builder(kit().name("refused"));
  }
}
