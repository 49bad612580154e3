package dev.mq.tck;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mq.api.Broker;
import dev.mq.api.Message;
import dev.mq.api.Producer;
import dev.mq.api.SendResult;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A group of tests; {@link MqTck} nests them all. */
abstract class Verification {
  private @Nullable Kit kit;

  final void use(Kit kit) {
    this.kit = kit;
  }

  final Kit kit() {
    return requireNonNull(kit, "kit");
  }

  /** Returns the broker of the first program, which publishes and declares. */
  final Broker a() {
    return kit().a();
  }

  /** Returns the broker of the second program, which consumes. */
  final Broker b() {
    return kit().b();
  }

  static Message text(String body) {
    return Message.builder().body(body).build();
  }

  static Message routed(String key, String body) {
    return Message.builder().routingKey(key).body(body).build();
  }

  /** Returns bodies {@code prefix0, prefix1, ...}. */
  static List<String> numbered(String prefix, int count) {
    List<String> all = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      all.add(prefix + i);
    }
    return all;
  }

  /** Publishes texts to a queue, all confirmed. */
  final void fill(String queue, List<String> bodies) {
    fillMessages(queue, bodies.stream().map(Verification::text).toList());
  }

  /** Publishes messages to a queue, all confirmed. */
  final void fillMessages(String queue, List<Message> messages) {
    try (Producer p = a().queue(queue).producer().open()) {
      for (SendResult r : p.sendAll(messages)) {
        r.orThrow();
      }
    }
  }

  /** Sends texts in order without waiting for each, and then for all; none may fail. */
  static void sendUnwaited(Producer p, List<String> bodies) {
    Seen<String> failures = new Seen<>("failed sends");
    for (String body : bodies) {
      p.send(
          text(body),
          (receipt, error) -> {
            if (error != null) {
              failures.add(body + ": " + error);
            }
          });
    }
    p.flush();
    assertThat(failures.all())
        .as("failed, of %d sent to %s", bodies.size(), p.destination())
        .isEmpty();
  }

  /** Returns everything in a queue, taken by the second program. */
  final List<Got> drain(String queue, int expected) {
    return new Drain(b()).queue(queue, expected);
  }
}
