package dev.mq.examples.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mq.api.LogRecord;
import dev.mq.api.Message;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Each test spoils one thing of a run in which everything was right. */
final class ChecksTest {
  private static final Order PAID = order("paid-1", "paid", "DE", 1);
  private static final Order PENDING = order("pending-1", "pending", "FR", 1);
  private static final Order POISON = order("poison-1", "paid", "AQ", 1);
  private static final Order LARGE = order("large-1", "pending", "FR", 99);
  private static final List<Order> ORDERS = List.of(PAID, PENDING, POISON, LARGE);

  private final World world = World.fresh();
  private final List<Journal.Entry> entries = new ArrayList<>();
  private final List<Message> dead = new ArrayList<>();
  private final List<LogRecord<Order>> log = new ArrayList<>();
  private Crash.@Nullable Victim victim = new Crash.Victim("email-1", PENDING.id());
  private long waiting;

  @BeforeEach
  void everythingIsRight() throws IOException {
    for (Order order : ORDERS) {
      append(order);
      for (String stage : List.of("analytics-1", "fraud-1", "fulfilment-1", "email-1")) {
        entry(stage, order, false, 0);
      }
      world.sales().add(order);
      mail(order);
    }
    world.desk().report(LARGE);
    entry("pdf-1", PAID, false, 0);
    world.printer().print(PAID, "task-paid-1");
    for (int failures = 0; failures < 3; failures++) {
      entry("pdf-1", POISON, failures > 0, failures);
    }
    dead.add(dead(POISON));
    entry("email-2", PENDING, true, 0);
  }

  @Test
  void aRunInWhichEverythingIsRightHasNoProblem() {
    assertThat(problems()).isEmpty();
  }

  @Test
  void seeingAnEventAgainIsNoProblem() {
    entry("analytics-2", PAID, false, 0);
    entry("fraud-2", PAID, false, 0);
    assertThat(problems()).isEmpty();
  }

  @Test
  void aTaskPublishedAgainForAnEventThatCameAgainIsNoProblem() {
    entry("fulfilment-2", PAID, false, 0);
    entry("email-2", PAID, false, 0);
    entry("pdf-2", PAID, false, 0);
    assertThat(problems()).isEmpty();
  }

  @Test
  void aTaskThatCameAgainFlaggedIsNoProblem() {
    entry("email-2", PAID, true, 1);
    assertThat(problems()).isEmpty();
  }

  @Test
  void anOrderMissingInTheLogIsAProblem() {
    log.remove(0);
    assertThat(problems()).containsExactly("paid-1: append confirmed, but not in the log");
  }

  @Test
  void anOrderTwiceInTheLogIsAProblem() {
    append(PAID);
    assertThat(problems()).containsExactly("paid-1: in the log 2 times");
  }

  @Test
  void anOrderChangedInTheLogIsAProblem() {
    log.set(0, record(order("paid-1", "paid", "DE", 2)));
    assertThat(problems()).containsExactly("paid-1: not in the log as it was sent");
  }

  @Test
  void aGroupThatDidNotSeeAnOrderIsAProblem() {
    entries.removeIf(entry -> entry.worker.equals("fraud-1") && entry.order.equals("paid-1"));
    assertThat(problems()).containsExactly("paid-1: never seen by fraud");
  }

  @Test
  void aWrongSuspicionIsAProblem() {
    world.desk().report(PAID);
    assertThat(problems()).containsExactly("paid-1: wrongly suspected");
  }

  @Test
  void anInvoiceForAnUnpaidOrderIsAProblem() {
    world.printer().print(PENDING, "task-pending-1");
    assertThat(problems()).containsExactly("pending-1: has an invoice, but is not paid");
  }

  @Test
  void aTaskThatCameAsNewTwiceIsAProblem() {
    entry("email-2", PAID, false, 0);
    assertThat(problems()).containsExactly("paid-1: came as new 2 times from email");
  }

  @Test
  void aTaskLeftInAQueueIsAProblem() {
    waiting = 1;
    assertThat(problems()).containsExactly("(no order): 1 tasks were left in the queues");
  }

  @Test
  void aPoisonOrderThatIsNotDeadLetteredIsAProblem() {
    dead.clear();
    assertThat(problems()).containsExactly("poison-1: not in the dead-letter queue");
  }

  @Test
  void aPoisonOrderDeadLetteredTwiceIsAProblem() {
    dead.add(dead(POISON));
    assertThat(problems()).containsExactly("poison-1: in the dead-letter queue 2 time(s)");
  }

  @Test
  void aGoodOrderInTheDeadLetterQueueIsAProblem() {
    dead.add(dead(PAID));
    assertThat(problems()).containsExactly("paid-1: in the dead-letter queue 1 time(s)");
  }

  @Test
  void aTaskOfAKilledWorkerThatNeverCameAgainIsAProblem() {
    entries.removeIf(entry -> entry.worker.equals("email-2"));
    assertThat(problems())
        .containsExactly("pending-1: in the hand of killed email-1, and never came again");
  }

  @Test
  void aTaskOfAKilledWorkerThatCameAgainAsNewIsAProblem() {
    entries.removeIf(entry -> entry.worker.equals("email-2"));
    entry("email-2", PENDING, false, 0);
    assertThat(problems())
        .containsExactly(
            "pending-1: came as new 2 times from email; came again, but not flagged as redelivered");
  }

  @Test
  void aTaskThatAnotherWorkerFailedBeforeTheKilledOneHeldItIsNoProblem() {
    entries.removeIf(entry -> entry.stage().equals("email") && entry.order.equals(PENDING.id()));
    entry("email-3", PENDING, false, 0);
    entry("email-1", PENDING, true, 1);
    entry("email-2", PENDING, true, 1);
    assertThat(problems()).isEmpty();
  }

  @Test
  void noVictimIsAProblem() {
    victim = null;
    assertThat(problems())
        .containsExactly("(no order): no mail worker took its task, so none was killed");
  }

  private List<String> problems() {
    RunResult run = new RunResult(ORDERS, entries, world, victim, dead, log, waiting);
    return Checks.problems(run).entrySet().stream()
        .map(problem -> problem.getKey() + ": " + String.join("; ", problem.getValue()))
        .toList();
  }

  private void entry(String worker, Order order, boolean redelivered, int failures) {
    Journal.Entry entry = new Journal.Entry(worker, order.id(), redelivered, failures);
    entry.done = true;
    entries.add(entry);
  }

  /** The mail server refuses some orders at first. */
  private void mail(Order order) throws IOException {
    try {
      world.mail().send(order, "task-" + order.id());
    } catch (IOException e) {
      world.mail().send(order, "task-" + order.id());
    }
  }

  private void append(Order order) {
    log.add(record(order));
  }

  private LogRecord<Order> record(Order order) {
    return new LogRecord<>(
        0, log.size(), Instant.EPOCH, order, Message.builder().key(order.id()).build());
  }

  private static Message dead(Order order) {
    return Message.builder().key(order.id()).build();
  }

  private static Order order(String id, String status, String country, int qty) {
    return new Order(
        id,
        "Ann",
        List.of(new Order.Item("x", qty, 1000)),
        qty * 1000L,
        country,
        status,
        "2026-03-02T08:00:00Z");
  }
}
