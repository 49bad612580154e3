package dev.mq.rabbit.internal;

import dev.mq.api.Capabilities;
import dev.mq.rabbit.internal.connect.Connections;
import dev.mq.rabbit.internal.publish.StreamAppender;
import dev.mq.spi.LogDriver;
import java.time.Duration;
import java.util.Optional;

/** What logs add to a session. Thread-safe. */
public interface StreamSide {
  /** Makes the stream side of a session; must not connect before it is needed. */
  @FunctionalInterface
  interface Factory {
    /** Makes it. */
    StreamSide open(Connections connections);
  }

  /** Returns logs, or empty when the broker has no stream protocol. */
  Optional<LogDriver> logs();

  /** Adds what logs can do on the connected version. */
  void declare(Capabilities.Builder capabilities);

  /** Opens the part of a publisher that appends to logs; called when it is first needed. */
  StreamAppender openAppender();

  /** Returns why records cannot flow, or an empty text. Does not block. */
  String healthProblem();

  /** Returns the native object of a type, where documented. */
  default <T> Optional<T> unwrap(Class<T> type) {
    return Optional.empty();
  }

  /** Closes within a timeout, before the connections are closed. */
  void close(Duration timeout);
}
