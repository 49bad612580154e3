package dev.mq.tck;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mq.api.Broker;
import dev.mq.api.Capability;
import dev.mq.api.ExchangeSpec;
import dev.mq.api.ExchangeType;
import dev.mq.api.LogSpec;
import dev.mq.api.QueueSpec;
import dev.mq.api.Topology;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import org.opentest4j.TestAbortedException;

/**
 * What one test works with: brokers, names of its own, random choices. Whatever it opens or
 * declares here is closed and deleted after the test, the newest first.
 */
final class Kit {
  /** A step of cleaning up. */
  @FunctionalInterface
  private interface Step {
    void run() throws Exception;
  }

  private final Session session;
  private final String test;
  private final long seed = Session.seed();
  private final Random random = new Random(seed);
  private final Deque<Step> cleanup = new ArrayDeque<>();

  Kit(Session session, String test) {
    this.session = session;
    this.test = test;
  }

  Harness harness() {
    return session.harness();
  }

  long seed() {
    return seed;
  }

  Random random() {
    return random;
  }

  /** Returns the broker of the first program; shared with other tests, never closed by one. */
  Broker a() {
    return session.first();
  }

  /** Returns the broker of the second program. */
  Broker b() {
    return session.second();
  }

  /** Waits until the brokers of both programs say that messages can flow. */
  void awaitHealth() {
    session.awaitHealth();
  }

  /** Opens a broker of the test's own. */
  Broker open() {
    return closing(Broker.open(harness().configuration(session.unique("own"))));
  }

  /** Starts a client that the test can kill. */
  Client start(ClientTask task, Object... arguments) {
    List<String> texts = new ArrayList<>();
    for (Object argument : arguments) {
      texts.add(String.valueOf(argument));
    }
    var config = harness().configuration(session.unique("client"));
    Consumer<String> killer = harness().killer().orElse(null);
    return closing(
        killer == null
            ? ChildClient.start(config, task, texts)
            : LocalClient.start(config, task, texts, killer));
  }

  /** Closes something after the test. */
  <C extends AutoCloseable> C closing(C resource) {
    cleanup.push(resource::close);
    return resource;
  }

  String name(String role) {
    return session.unique(role);
  }

  String queue(String role) {
    String name = name(role);
    declare(Topology.builder().queue(QueueSpec.of(name)).build());
    return name;
  }

  String exchange(ExchangeType type) {
    String name = name(type.name());
    declare(Topology.builder().exchange(ExchangeSpec.builder(name, type).build()).build());
    return name;
  }

  String log(String role, int partitions) {
    String name = name(role);
    declare(Topology.builder().log(LogSpec.of(name, partitions)).build());
    return name;
  }

  /** Declares through the first broker. */
  void declare(Topology topology) {
    topology.queues().forEach(q -> cleanup.push(() -> a().queue(q.name()).delete()));
    topology.logs().forEach(l -> cleanup.push(() -> a().log(l.name()).delete()));
    topology.exchanges().forEach(x -> cleanup.push(() -> a().exchange(x.name()).delete()));
    a().declare(topology);
  }

  /** Ends the test here, visibly, when the backend does not declare a capability. */
  <T> T needs(Capability<T> capability) {
    return a().capabilities()
        .value(capability)
        .orElseThrow(() -> missing("capability '" + capability.name() + "'"));
  }

  /** Returns the broker's process, or ends the test here, visibly. */
  BrokerProcess process() {
    needs(Capability.PERSISTENT);
    return harness().process().orElseThrow(() -> missing("a broker process to kill"));
  }

  private RuntimeException missing(String what) {
    String text = "backend '" + harness().backend() + "' does not have " + what;
    assertThat(harness().notRun())
        .as("%s, so this test cannot run; the harness has to say so by notRun", text)
        .contains(test);
    return new TestAbortedException("NOT_SUPPORTED: " + text);
  }

  public void close() throws Exception {
    Exception first = null;
    while (!cleanup.isEmpty()) {
      try {
        cleanup.pop().run();
      } catch (Exception e) {
        if (first == null) {
          first = e;
        } else {
          first.addSuppressed(e);
        }
      }
    }
    if (first != null) {
      throw first;
    }
  }
}
