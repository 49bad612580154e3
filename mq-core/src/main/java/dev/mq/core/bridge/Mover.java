package dev.mq.core.bridge;

import static java.util.Objects.requireNonNull;

import dev.mq.api.BrokerEvent;
import dev.mq.api.Destination;
import dev.mq.api.Message;
import dev.mq.api.MqException;
import dev.mq.api.Producer;
import dev.mq.api.SendResult;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Function;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Publishes messages in order and says which of them the destination has. Thread-safe.
 *
 * <p>Invariant: what is told as done was confirmed, left out by the program, or dealt with as its
 * policy says.
 */
final class Mover {
  private final BridgeEvents events;
  private final Producer producer;
  private final @Nullable Producer dead;
  private final Function<? super Message, @Nullable Message> transform;
  private final int batch;
  private final boolean skip;
  private final LongAdder moved = new LongAdder();
  private final CompletableFuture<MqException> stopped = new CompletableFuture<>();

  Mover(
      BridgeEvents events,
      Producer producer,
      @Nullable Producer dead,
      Function<? super Message, @Nullable Message> transform,
      int batch,
      boolean skip) {
    this.events = events;
    this.producer = producer;
    this.dead = dead;
    this.transform = transform;
    this.batch = batch;
    this.skip = skip;
  }

  int batch() {
    return batch;
  }

  Destination destination() {
    return producer.destination();
  }

  long moved() {
    return moved.sum();
  }

  /** Completes with the reason when a message can never be published and no policy takes it. */
  CompletableFuture<MqException> stopped() {
    return stopped;
  }

  /**
   * Publishes messages in order and waits for all.
   *
   * @param done told of each message that needs no further attempt, in rising order
   * @throws MqException of the first message that does
   */
  void move(List<Message> messages, IntConsumer done) {
    MqException over = stopped.getNow(null);
    if (over != null) {
      throw over;
    }
    List<Message> sent = new ArrayList<>(messages.size());
    int[] index = new int[messages.size()];
    boolean[] left = new boolean[messages.size()];
    for (int i = 0; i < messages.size(); i++) {
      Message m = transform.apply(messages.get(i).toBuilder().removeReservedHeaders().build());
      if (m == null) {
        left[i] = true;
      } else {
        index[i] = sent.size();
        sent.add(m);
      }
    }
    List<SendResult> results = sent.isEmpty() ? List.of() : producer.sendAll(sent);
    MqException first = null;
    for (int i = 0; i < messages.size(); i++) {
      MqException error = left[i] ? null : results.get(index[i]).error();
      if (error == null) {
        if (!left[i]) {
          moved.increment();
        }
        done.accept(i);
      } else if (first == null) {
        first = unmoved(sent.get(index[i]), error);
        if (first == null) {
          done.accept(i);
        }
      }
    }
    if (first != null) {
      throw first;
    }
  }

  /** Deals with a message that was not confirmed; returns null when it is done with. */
  private @Nullable MqException unmoved(Message message, MqException error) {
    if (!error.isDefinite() || error.isRetryable()) {
      return error;
    }
    String what = "bridge to " + destination().address() + ": message " + message.id();
    if (dead != null) {
      MqException failure = dead.sendAll(List.of(message)).get(0).error();
      if (failure == null) {
        String text = what + " went to " + dead.destination().address() + ": " + error.code();
        events.event(destination(), BrokerEvent.Type.DEAD_LETTERED, text, error);
        return null;
      }
      String text = what + " could not be sent to " + dead.destination().address();
      events.event(destination(), BrokerEvent.Type.DEAD_LETTER_FAILED, text, failure);
      return failure;
    }
    if (skip) {
      String text = what + " was skipped: " + error.code();
      events.event(destination(), BrokerEvent.Type.DROPPED, text, error);
      return null;
    }
    if (stopped.complete(error)) {
      String text = what + " can never be published, the bridge ends: " + error.code();
      events.event(destination(), BrokerEvent.Type.CONSUMER_ENDED, text, error);
    }
    return requireNonNull(error);
  }

  boolean close(Duration timeout) {
    boolean clean = producer.close(timeout);
    return dead == null ? clean : dead.close(timeout) && clean;
  }
}
