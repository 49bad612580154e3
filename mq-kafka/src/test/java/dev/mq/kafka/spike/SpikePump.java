package dev.mq.kafka.spike;

import dev.mq.api.Message;
import dev.mq.api.SettleResult;
import dev.mq.spi.DeliveryBatch;
import dev.mq.spi.Lane;
import dev.mq.spi.SettleOutcome;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;

/** Drives one lane as a dispatcher does: handlers and their settlements run on other threads. */
final class SpikePump implements Runnable {
  private record Done(long token, long nanos) {}

  private final Lane lane;
  private final int quota;
  private final ExecutorService handlers;
  private final BiConsumer<Message, Integer> handler;
  private final BiConsumer<SettleResult, Long> settled;
  private final BlockingQueue<Done> done = new LinkedBlockingQueue<>();
  private volatile boolean closed;
  private int held;

  SpikePump(
      Lane lane,
      int quota,
      ExecutorService handlers,
      BiConsumer<Message, Integer> handler,
      BiConsumer<SettleResult, Long> settled) {
    this.lane = lane;
    this.quota = quota;
    this.handlers = handlers;
    this.handler = handler;
    this.settled = settled;
  }

  @Override
  public void run() {
    DeliveryBatch batch = new DeliveryBatch(quota);
    long renewAt = Long.MAX_VALUE;
    try {
      while (!closed || held > 0) {
        if (held == 0) {
          batch.reset(quota);
          held = Math.max(0, lane.receive(batch, TimeUnit.SECONDS.toNanos(1)));
          for (int i = 0; i < held; i++) {
            start(batch.token(i), batch.message(i), batch.attempt(i));
          }
          renewAt = System.nanoTime() + lane.leaseNanos() / 2;
          continue;
        }
        Done d = done.poll(renewAt - System.nanoTime(), TimeUnit.NANOSECONDS);
        if (d == null) {
          lane.renew(new long[0], 0);
          renewAt += lane.leaseNanos() / 2;
        } else {
          held--;
          SettleResult result = SpikeHarness.settle(lane, d.token, SettleOutcome.ACK);
          settled.accept(result, System.nanoTime() - d.nanos);
        }
      }
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private void start(long token, Message message, int attempt) {
    handlers.execute(
        () -> {
          handler.accept(message, attempt);
          done.add(new Done(token, System.nanoTime()));
        });
  }

  void close() {
    closed = true;
    lane.wakeup();
  }
}
