package dev.mq.tck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mq.api.Consumer;
import dev.mq.api.DeclarationConflictException;
import dev.mq.api.ExchangeSpec;
import dev.mq.api.MqException;
import dev.mq.api.NotFoundException;
import dev.mq.api.QueueSpec;
import dev.mq.api.Topology;
import org.junit.jupiter.api.Test;

/** Declaring, deleting, purging, counting. */
abstract class TopologyVerification extends Verification {
  @Guarantee({"X-08", "Z-01"})
  @Test
  void declaringAnEqualThingChangesNothing() {
    String queue = kit().name("q");
    String exchange = kit().name("x");
    Topology t =
        Topology.builder()
            .queue(QueueSpec.of(queue))
            .exchange(ExchangeSpec.topic(exchange))
            .bindQueue(exchange, "#", queue)
            .build();
    kit().declare(t);
    fill(queue, numbered("m", 3));
    a().declare(t);
    b().declare(t);
    b().verify(t);
    assertThat(Got.texts(drain(queue, 3)))
        .as("sent m0 to m2, then declared the same again by two brokers")
        .containsExactlyElementsOf(numbered("m", 3));
  }

  @Guarantee("X-08")
  @Test
  void declaringADifferentThingIsRefusedWithBothValuesAndChangesNothing() {
    String exchange = kit().name("x");
    String queue = kit().queue("q");
    kit().declare(Topology.builder().exchange(ExchangeSpec.topic(exchange)).build());
    a().exchange(exchange).bind("a.*", a().queue(queue));
    assertThatThrownBy(
            () -> b().declare(Topology.builder().exchange(ExchangeSpec.direct(exchange)).build()))
        .isInstanceOfSatisfying(
            DeclarationConflictException.class,
            e -> {
              assertThat(e.isDefinite()).as("definite: %s", e).isTrue();
              assertThat(e.requested()).as("requested").containsIgnoringCase("direct");
              assertThat(e.getMessage()).as("message").contains(exchange);
            });
    try (var p = b().exchange(exchange).producer().open()) {
      p.send(routed("a.b", "still a topic exchange"));
    }
    assertThat(Got.texts(drain(queue, 1))).containsExactly("still a topic exchange");
  }

  @Guarantee("B-06")
  @Test
  void whatDoesNotExistIsRefusedAndNotMade() {
    String unknown = kit().name("unknown");
    assertThatThrownBy(
            () -> a().queue(unknown).consumer().receiver().close(),
            "consuming from a queue that does not exist")
        .isInstanceOf(NotFoundException.class)
        .hasMessageContaining(unknown);
    assertThatThrownBy(() -> sendOnce(unknown), "publishing to a queue that does not exist")
        .isInstanceOfSatisfying(
            MqException.class, e -> assertThat(e.isDefinite()).as("definite: %s", e).isTrue())
        .hasMessageContaining(unknown);
    assertThatThrownBy(
            () -> a().exchange(unknown).bind("k", a().queue(unknown)),
            "binding what does not exist")
        .isInstanceOf(NotFoundException.class);
    assertThatThrownBy(
            () -> b().queue(unknown).consumer().receiver().close(),
            "nothing of this made the queue")
        .isInstanceOf(NotFoundException.class);
  }

  private void sendOnce(String queue) {
    try (var p = a().queue(queue).producer().open()) {
      p.send(text("nowhere"));
    }
  }

  @Guarantee("X-14")
  @Test
  void aDeletedQueueIsEmptyWhenMadeAgainAndItsConsumerIsTold() {
    String queue = kit().queue("q");
    for (int round = 0; round < 3; round++) {
      fill(queue, numbered("old" + round + "-", 3));
      Consumer c = b().queue(queue).consumer().start(d -> d.release());
      a().queue(queue).delete();
      assertThatThrownBy(
              () -> Eventually.done("end of the consumer", c.terminated()),
              "round %d: the consumer of a deleted queue ends with an error",
              round)
          .isInstanceOf(MqException.class);
      c.close();
      a().declare(Topology.builder().queue(QueueSpec.of(queue)).build());
      fill(queue, numbered("new" + round + "-", 1));
      assertThat(Got.texts(drain(queue, 1)))
          .as("round %d: deleted with old messages, made again, then new0 published", round)
          .containsExactly("new" + round + "-0");
    }
  }

  @Guarantee("X-14")
  @Test
  void purgeRemovesWhatWaitsAndKeepsTheQueue() {
    String queue = kit().queue("q");
    fill(queue, numbered("old", 5));
    a().queue(queue).purge();
    fill(queue, numbered("new", 2));
    assertThat(Got.texts(drain(queue, 2)))
        .as("five messages, purge, then two")
        .containsExactly("new0", "new1");
  }

  @Guarantee("V-06")
  @Test
  void depthTellsHowManyMessagesWait() {
    String queue = kit().queue("q");
    fill(queue, numbered("m", 7));
    Eventually.that("depth of 7 confirmed messages", () -> b().queue(queue).depth(), n -> n == 7);
    drain(queue, 7);
    Eventually.that("depth after all were acked", () -> b().queue(queue).depth(), n -> n == 0);
  }
}
