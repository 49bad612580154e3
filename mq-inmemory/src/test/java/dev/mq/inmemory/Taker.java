package dev.mq.inmemory;

import dev.mq.api.SettleResult;
import dev.mq.spi.BackendQueue;
import dev.mq.spi.DeliveryBatch;
import dev.mq.spi.Lane;
import dev.mq.spi.QueueDriver;
import dev.mq.spi.QueueSubscription;
import dev.mq.spi.SettleBatch;
import dev.mq.spi.SettleOutcome;
import dev.mq.spi.SubscribeOptions;
import dev.mq.spi.SubscriptionListener;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** A subscription driven by one thread of a test. */
final class Taker implements SubscriptionListener {
  /** One delivery. */
  record Taken(long token, String text, int attempt, int failures, long storedAtMillis) {}

  final List<String> events = new CopyOnWriteArrayList<>();
  final QueueSubscription subscription;
  final Lane lane;
  private final DeliveryBatch batch = new DeliveryBatch(1024);

  Taker(QueueDriver queues, BackendQueue queue, SubscribeOptions options) {
    this.subscription = queues.subscribe(queue, options, this);
    this.lane = subscription.lanes().get(0);
  }

  /** Returns what is there, without waiting. */
  List<Taken> now() {
    return receive(Integer.MAX_VALUE, 0);
  }

  List<Taken> now(int max) {
    return receive(max, 0);
  }

  List<Taken> within(Duration wait) {
    return receive(Integer.MAX_VALUE, wait.toNanos());
  }

  List<Taken> receive(int max, long nanos) {
    batch.reset(Math.min(max, batch.capacity()));
    try {
      lane.receive(batch, nanos);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
    List<Taken> taken = new ArrayList<>();
    for (int i = 0; i < batch.size(); i++) {
      taken.add(
          new Taken(
              batch.token(i),
              batch.message(i).text(),
              batch.attempt(i),
              batch.failures(i),
              batch.storedAtMillis(i)));
    }
    return taken;
  }

  static List<String> texts(List<Taken> taken) {
    return taken.stream().map(Taken::text).toList();
  }

  SettleResult ack(Taken taken) {
    return settle(SettleOutcome.ACK, Duration.ZERO, taken.token()).get(0);
  }

  List<SettleResult> ackAll(List<Taken> taken) {
    return taken.isEmpty() ? List.of() : settle(SettleOutcome.ACK, Duration.ZERO, tokens(taken));
  }

  List<SettleResult> releaseAll(List<Taken> taken) {
    return settle(SettleOutcome.RELEASE, Duration.ZERO, tokens(taken));
  }

  SettleResult retry(Taken taken, Duration delay) {
    return settle(SettleOutcome.RETRY, delay, taken.token()).get(0);
  }

  static long[] tokens(List<Taken> taken) {
    return taken.stream().mapToLong(Taken::token).toArray();
  }

  List<SettleResult> settle(SettleOutcome outcome, Duration delay, long... tokens) {
    SettleResult[] results = new SettleResult[tokens.length];
    lane.settle(
        new SettleBatch() {
          @Override
          public int size() {
            return tokens.length;
          }

          @Override
          public long token(int index) {
            return tokens[index];
          }

          @Override
          public SettleOutcome outcome(int index) {
            return outcome;
          }

          @Override
          public long delayNanos(int index) {
            return delay.toNanos();
          }

          @Override
          public void settled(int index, SettleResult result) {
            if (results[index] != null) {
              throw new AssertionError("answered twice");
            }
            results[index] = result;
          }

          @Override
          public void settledAll(SettleResult result) {
            for (int i = 0; i < results.length; i++) {
              settled(i, result);
            }
          }
        });
    return Collections.unmodifiableList(Arrays.asList(results));
  }

  void close() {
    subscription.close();
  }

  @Override
  public void cancelled(Throwable reason) {
    events.add("cancelled");
  }

  @Override
  public void leasesLost(Lane lost, long[] tokens) {
    events.add("lost " + tokens.length);
  }

  @Override
  public void allLeasesLost(Lane lost) {
    events.add("lost all");
  }
}
