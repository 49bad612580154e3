package dev.mq.examples.pipeline;

import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;

import dev.mq.api.Broker;
import dev.mq.api.Delivery;
import dev.mq.api.GroupConsumer;
import dev.mq.api.Log;
import dev.mq.api.LogReader;
import dev.mq.api.LogRecord;
import dev.mq.api.Message;
import dev.mq.api.Position;
import dev.mq.api.Receipt;
import dev.mq.api.Receiver;
import dev.mq.api.TypedProducer;
import dev.mq.examples.pipeline.sabotage.SabotagedBackend;
import java.io.PrintStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * One run of the shop: orders come in, a worker dies, a member joins, another leaves, and in the
 * end everything is done. Used by one thread.
 */
final class Run implements AutoCloseable {
  /** The member that joins mid-way. */
  static final String JOINER = "fraud-3";

  /** The member that leaves mid-way. */
  static final String LEAVER = "analytics-2";

  private static final int CRASH_AT_MOST = 100;
  private static final Duration A_MOMENT = ofMillis(100);

  /** For how long nothing may happen before the run is given up: what is lost never comes. */
  private static final Duration EMBEDDED_PATIENCE = ofSeconds(4);

  private static final Duration REMOTE_PATIENCE = ofSeconds(30);

  private final List<Order> orders;
  private final Shop shop;
  private final Duration patience;
  private final Progress progress;
  private final World world = World.fresh();
  private final Journal journal = new Journal();
  private final Crash crash;
  private final Broker events;
  private final Broker tasks;
  private final Staff staff;
  private int appended;
  private Crash.@Nullable Victim victim;

  Run(List<Order> orders, Shop shop, Connections connections, PrintStream out) {
    this.orders = orders;
    this.shop = shop;
    this.progress = new Progress(out, this::state);
    Connections.Pair office = connections.both("office");
    this.events = office.events();
    this.tasks = office.tasks();
    this.patience = isEmbedded(events) && isEmbedded(tasks) ? EMBEDDED_PATIENCE : REMOTE_PATIENCE;
    this.crash = new Crash(Math.max(1, Math.min(CRASH_AT_MOST, orders.size() / 6)));
    this.staff = new Staff(connections, shop, world, journal, crash);
  }

  /**
   * Runs until everything is done or nothing moves any more, and returns what there is to judge it
   * by.
   */
  RunResult run() throws InterruptedException {
    events.declare(shop.events());
    tasks.declare(shop.work());
    open();
    int third = (orders.size() + 2) / 3;
    int twoThirds = Math.min(2 * third, orders.size());
    try (TypedProducer<Order> log =
        events
            .log(shop.orders())
            .producer()
            .as(Order.JSON, event -> event.id(Order::id).key(Order::id))) {
      append(log, orders.subList(0, third));
      kill();
      join();
      append(log, orders.subList(third, twoThirds));
      staff.leave(LEAVER);
      progress.say(LEAVER + " has left");
      append(log, orders.subList(twoThirds, orders.size()));
    }
    boolean done = await(this::isAllDone);
    List<Message> dead = deadLetters(done ? patience : A_MOMENT);
    staff.close();
    progress.say("all closed; the log is read again from its beginning");
    return new RunResult(orders, journal.entries(), world, victim, dead, replay(), tasksWaiting());
  }

  /** Returns the names of the backends it runs on. */
  String backends() {
    return events.backend().equals(tasks.backend())
        ? events.backend()
        : events.backend() + " (events) and " + tasks.backend() + " (tasks)";
  }

  private static boolean isEmbedded(Broker broker) {
    return Set.of("inmemory", SabotagedBackend.NAME).contains(broker.backend());
  }

  private void open() throws InterruptedException {
    List<GroupConsumer> members =
        List.of(
            staff.analytics("analytics-1"),
            staff.analytics(LEAVER),
            staff.fraud("fraud-1"),
            staff.fraud("fraud-2"),
            staff.fulfilment("fulfilment-1"),
            staff.fulfilment("fulfilment-2"));
    List.of("email-1", "email-2", "email-3").forEach(staff::email);
    List.of("pdf-1", "pdf-2").forEach(staff::pdf);
    await(() -> members.stream().noneMatch(member -> member.assigned().isEmpty()));
    progress.say(
        "open: 2 members each of analytics, fraud and fulfilment; 3 email and 2 pdf workers");
  }

  private void append(TypedProducer<Order> log, List<Order> some) {
    List<CompletionStage<Receipt>> sent = some.stream().map(log::sendAsync).toList();
    sent.forEach(receipt -> receipt.toCompletableFuture().join());
    appended += some.size();
    progress.say(appended + " of " + orders.size() + " orders appended to the log");
  }

  private void kill() throws InterruptedException {
    await(crash::isInHand);
    victim = crash.victim();
    if (victim != null) {
      staff.kill(victim.worker());
      crash.killed();
      progress.say(
          victim.worker() + " killed: order " + victim.order() + " mailed, but not acknowledged");
    }
  }

  private void join() throws InterruptedException {
    GroupConsumer newcomer = staff.fraud(JOINER);
    await(() -> !newcomer.assigned().isEmpty());
    progress.say(JOINER + " has joined and reads partitions " + newcomer.assigned());
  }

  private boolean isAllDone() {
    int all = orders.size();
    return journal.done("analytics") == all
        && journal.done("fraud") == all
        && journal.done("fulfilment") == all
        && journal.done("email") == all
        && journal.done("pdf") == orders.stream().filter(Checks::getsInvoice).count()
        && (victim == null || journal.cameAgain(victim))
        && tasks.queue(shop.dead()).depth() >= poisonOrders();
  }

  private long poisonOrders() {
    return orders.stream().filter(Checks::isPoison).count();
  }

  private boolean await(BooleanSupplier goal) throws InterruptedException {
    return journal.await(
        () -> {
          progress.tick();
          return goal.getAsBoolean();
        },
        patience);
  }

  private List<Message> deadLetters(Duration wait) {
    long expected = poisonOrders();
    List<Message> dead = new ArrayList<>();
    try (Receiver receiver = tasks.queue(shop.dead()).consumer().name("dead").receiver()) {
      while (true) {
        Delivery delivery = receiver.receive(dead.size() < expected ? wait : A_MOMENT);
        if (delivery == null) {
          return dead;
        }
        dead.add(delivery.message());
        delivery.ack();
      }
    }
  }

  private List<LogRecord<Order>> replay() {
    Log log = events.log(shop.orders());
    List<LogRecord<Order>> all = new ArrayList<>();
    try (LogReader<Order> reader =
        log.reader().as(Order.JSON).from(Position.begin()).to(log.end()).open()) {
      reader.forEach(all::add);
    }
    return all;
  }

  private long tasksWaiting() {
    return tasks.queue(shop.email()).depth() + tasks.queue(shop.pdf()).depth();
  }

  private String state() {
    if (appended == 0) {
      return "opening connections";
    }
    return "done: analytics %d, fraud %d, fulfilment %d, email %d, pdf %d"
        .formatted(
            journal.done("analytics"),
            journal.done("fraud"),
            journal.done("fulfilment"),
            journal.done("email"),
            journal.done("pdf"));
  }

  /** Takes everything of this run away from the brokers. */
  @Override
  public void close() {
    crash.killed();
    staff.close();
    tasks.exchange(shop.tasks()).delete();
    List.of(shop.email(), shop.pdf(), shop.dead()).forEach(queue -> tasks.queue(queue).delete());
    events.log(shop.orders()).delete();
  }
}
