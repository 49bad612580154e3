package dev.mq.tools.bench.soak;

import dev.mq.api.Broker;
import dev.mq.api.Consumer;
import dev.mq.api.ExchangeSpec;
import dev.mq.api.Message;
import dev.mq.api.Producer;
import dev.mq.api.QueueSpec;
import dev.mq.api.SendResult;
import dev.mq.api.Topology;
import dev.mq.tools.bench.Embedded;
import dev.mq.tools.bench.Payload;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Passes ten million messages of 100 bytes through a topic exchange, a queue and a consumer, in a
 * small heap and with a bounded backlog.
 *
 * <p>Exits with 1 when a message is lost, doubled or out of order, when more than the bound is
 * under way, or when the last three millions are more than a fifth slower than the second to
 * fourth.
 */
public final class Soak {
  static final int MILLION = 1_000_000;
  private static final int BOUND = 100_000;
  private static final int BURST = 100;
  private static final double SLOWEST = 0.8;

  private Soak() {}

  /** Argument: how many millions, at least 7; 10 by default. */
  public static void main(String[] args) throws InterruptedException {
    int millions = Math.max(7, args.length > 0 ? Integer.parseInt(args[0]) : 10);
    Tally tally = new Tally(millions * MILLION, BOUND);
    Broker broker = Embedded.broker();
    broker.declare(
        Topology.builder()
            .exchange(ExchangeSpec.topic("orders"))
            .queue(QueueSpec.of("work"))
            .bindQueue("orders", "order.*.paid", "work")
            .build());
    Consumer consumer =
        broker.queue("work").consumer().start(d -> tally.handled(sequence(d.message())));
    try (Producer producer = broker.exchange("orders").producer().open()) {
      tally.begin();
      publish(producer, tally, millions * MILLION);
      tally.awaitAll();
    }
    consumer.close();
    long depth = broker.queue("work").depth();
    long heap = heapAfterGc();
    Embedded.close(broker);
    System.exit(judge(tally, depth, heap) ? 0 : 1);
  }

  private static void publish(Producer producer, Tally tally, int total)
      throws InterruptedException {
    List<Message> burst = new ArrayList<>(BURST);
    for (int next = 0; next < total; next += BURST) {
      burst.clear();
      for (int i = next; i < next + BURST; i++) {
        byte[] body = new byte[Payload.BYTES];
        ByteBuffer.wrap(body).putInt(i);
        burst.add(Message.of(body, "order." + i % 1000 + ".paid"));
      }
      tally.sending(BURST);
      for (SendResult r : producer.sendAll(burst)) {
        r.orThrow();
      }
    }
  }

  private static int sequence(Message message) {
    return message.bodyBuffer().getInt();
  }

  private static long heapAfterGc() {
    System.gc();
    return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
  }

  private static boolean judge(Tally tally, long depth, long heap) {
    double[] rates = tally.rates();
    for (int i = 0; i < rates.length; i++) {
      print("{\"million\":%d,\"per_second\":%.0f}", i + 1, rates[i]);
    }
    int n = rates.length;
    double early = together(rates, 1, 4);
    double late = together(rates, n - 3, n);
    boolean ok =
        tally.lost() == 0
            && tally.doubled() == 0
            && tally.disorder() == 0
            && tally.mostUnderWay() <= BOUND
            && depth == 0
            && late >= SLOWEST * early;
    print(
        "{\"messages\":%d,\"lost\":%d,\"doubled\":%d,\"out_of_order\":%d,\"most_under_way\":%d,\"left\":%d,"
            + "\"slope_percent_per_million\":%.2f,\"late_to_early\":%.3f,\"heap_after_gc_mb\":%.1f,\"max_heap_mb\":%d,\"load\":%.1f,\"ok\":%b}",
        n * MILLION,
        tally.lost(),
        tally.doubled(),
        tally.disorder(),
        tally.mostUnderWay(),
        depth,
        slopePercent(rates),
        late / early,
        heap / 1048576.0,
        Runtime.getRuntime().maxMemory() >> 20,
        ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage(),
        ok);
    return ok;
  }

  /** Returns the rate over several millions as one. */
  private static double together(double[] rates, int from, int to) {
    double seconds = 0;
    for (int i = from; i < to; i++) {
      seconds += 1 / rates[i];
    }
    return (to - from) / seconds;
  }

  /**
   * Fits a line to the rates but the first, in which the compiler warms up; per cent of their mean.
   */
  private static double slopePercent(double[] rates) {
    int n = rates.length - 1;
    double meanX = (n + 1) / 2.0;
    double meanY = 0;
    for (int i = 1; i <= n; i++) {
      meanY += rates[i] / n;
    }
    double xy = 0;
    double xx = 0;
    for (int i = 1; i <= n; i++) {
      xy += (i - meanX) * (rates[i] - meanY);
      xx += (i - meanX) * (i - meanX);
    }
    return 100 * xy / xx / meanY;
  }

  private static void print(String format, Object... values) {
    System.out.println(String.format(Locale.ROOT, format, values));
  }
}
