package dev.mq.tools.bench.remote;

import dev.mq.api.Message;
import dev.mq.api.MqException;
import dev.mq.api.Producer;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.IntFunction;

/** Sends many messages with a callback each and waits for the last answer. */
final class Sending {
  private Sending() {}

  static Cost all(Producer producer, int count, IntFunction<Message> maker)
      throws InterruptedException {
    CountDownLatch open = new CountDownLatch(count);
    AtomicReference<MqException> failed = new AtomicReference<>();
    Cost start = Cost.now();
    for (int i = 0; i < count; i++) {
      producer.send(
          maker.apply(i),
          (receipt, error) -> {
            if (error != null) {
              failed.set(error);
            }
            open.countDown();
          });
    }
    open.await();
    Cost cost = start.spent();
    MqException error = failed.get();
    if (error != null) {
      throw error;
    }
    return cost;
  }
}
