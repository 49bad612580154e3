package dev.mq.rabbit.internal;

import com.rabbitmq.client.Channel;
import dev.mq.api.Binding;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * What of the topology ends with a connection: queues that are exclusive or go with their last
 * consumer, and what was bound to them here. Whoever consumes from such a queue makes it again
 * after the connection was lost. Thread-safe.
 */
final class Ephemeral {
  private record Queue(
      boolean durable,
      boolean exclusive,
      boolean temporary,
      Map<String, Object> arguments,
      Map<Binding, Map<String, Object>> bindings) {}

  private final ReentrantLock lock = new ReentrantLock();
  private final Map<String, Queue> queues = new LinkedHashMap<>();

  /** A queue of this kind was declared. */
  void declared(
      String name,
      boolean durable,
      boolean exclusive,
      boolean temporary,
      Map<String, Object> arguments) {
    lock.lock();
    try {
      queues.putIfAbsent(
          name, new Queue(durable, exclusive, temporary, arguments, new LinkedHashMap<>()));
    } finally {
      lock.unlock();
    }
  }

  /** A queue was deleted, or ended with its last consumer. */
  void forget(String name) {
    lock.lock();
    try {
      queues.remove(name);
    } finally {
      lock.unlock();
    }
  }

  void bound(Binding b, Map<String, Object> arguments) {
    change(b, arguments);
  }

  void unbound(Binding b) {
    change(b, null);
  }

  private void change(Binding b, @Nullable Map<String, Object> arguments) {
    lock.lock();
    try {
      Queue q = b.kind() == Binding.Kind.QUEUE ? queues.get(b.destination()) : null;
      if (q != null && arguments != null) {
        q.bindings.put(b, arguments);
      } else if (q != null) {
        q.bindings.remove(b);
      }
    } finally {
      lock.unlock();
    }
  }

  /** Declares a queue again if it is one of these; blocks for round trips. */
  void restore(String name, Channel channel) throws IOException {
    Queue q;
    Map<Binding, Map<String, Object>> bindings;
    lock.lock();
    try {
      q = queues.get(name);
      bindings = q == null ? Map.of() : new LinkedHashMap<>(q.bindings);
    } finally {
      lock.unlock();
    }
    if (q != null) {
      channel.queueDeclare(name, q.durable, q.exclusive, q.temporary, q.arguments);
      for (Map.Entry<Binding, Map<String, Object>> b : bindings.entrySet()) {
        channel.queueBind(name, b.getKey().exchange(), b.getKey().key(), b.getValue());
      }
    }
  }
}
