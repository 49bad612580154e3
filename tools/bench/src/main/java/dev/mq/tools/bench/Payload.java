package dev.mq.tools.bench;

import dev.mq.api.Message;
import java.util.SplittableRandom;

/** Messages as the benchmarks send them, made before anything is measured. */
public final class Payload {
  /** The size of a body in bytes. */
  public static final int BYTES = 100;

  private Payload() {}

  /** Returns messages with bodies of their own and one routing key. */
  public static Message[] messages(int count, String routingKey) {
    SplittableRandom random = new SplittableRandom(42);
    Message[] all = new Message[count];
    for (int i = 0; i < count; i++) {
      byte[] body = new byte[BYTES];
      random.nextBytes(body);
      all[i] = Message.of(body, routingKey);
    }
    return all;
  }
}
