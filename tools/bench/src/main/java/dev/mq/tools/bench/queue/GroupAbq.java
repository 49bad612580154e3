package dev.mq.tools.bench.queue;

import dev.mq.api.Message;
import java.util.concurrent.ArrayBlockingQueue;

/** One thread puts, another takes. The loops are this arm's own. */
final class GroupAbq implements GroupArm {
  private final Message[] messages;
  private final ArrayBlockingQueue<Message> queue;

  GroupAbq(Message[] messages, int capacity) {
    this.messages = messages;
    this.queue = new ArrayBlockingQueue<>(capacity);
  }

  @Override
  public void run(int count) throws InterruptedException {
    Thread taker =
        new Thread(
            () -> {
              try {
                for (int i = 0; i < count; i++) {
                  queue.take();
                }
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            });
    taker.start();
    int mask = messages.length - 1;
    for (int i = 0; i < count; i++) {
      queue.put(messages[i & mask]);
    }
    taker.join();
  }

  @Override
  public void close() {}
}
