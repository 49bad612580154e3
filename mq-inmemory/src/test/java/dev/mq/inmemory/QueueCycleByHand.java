package dev.mq.inmemory;

import com.sun.management.ThreadMXBean;
import dev.mq.api.Message;
import dev.mq.api.SettleResult;
import dev.mq.spi.BackendQueue;
import dev.mq.spi.DeliveryBatch;
import dev.mq.spi.Lane;
import dev.mq.spi.PublishBatch;
import dev.mq.spi.PublishTarget;
import dev.mq.spi.SettleBatch;
import dev.mq.spi.SettleOutcome;
import dev.mq.spi.SubscribeOptions;
import java.lang.management.ManagementFactory;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Run by hand, with {@code -Xmx512m}: publishes, receives and settles ten million messages of 100
 * bytes with at most 100 000 waiting, and prints the rate of each million. It must be flat.
 */
public final class QueueCycleByHand {
  private static final int MESSAGES = 10_000_000;
  private static final int WAITING = 100_000;

  private QueueCycleByHand() {}

  public static void main(String[] args) throws InterruptedException {
    int batch = args.length > 0 ? Integer.parseInt(args[0]) : 64;
    InMemoryEngine engine = InMemoryEngine.named("by-hand");
    Client client = Client.of(engine);
    BackendQueue queue = client.queue("q");
    cycle(client, queue, batch);
    backlog(client, queue, batch);
    handOver(client, queue, batch);
    engine.close();
  }

  /** One thread does everything, nothing waits for long. */
  private static void cycle(Client client, BackendQueue queue, int batch)
      throws InterruptedException {
    Taker taker = taker(client, queue, batch);
    Batch messages = new Batch(queue, batch);
    Settles settles = new Settles(batch);
    Meter meter = new Meter("one thread, batch " + batch);
    for (long done = 0; done < MESSAGES; done += batch) {
      client.publisher.publish(messages.fresh());
      settles.receive(taker.lane);
      meter.count(batch);
    }
    taker.close();
  }

  /** The same with a backlog of 100 000. */
  private static void backlog(Client client, BackendQueue queue, int batch)
      throws InterruptedException {
    Batch messages = new Batch(queue, batch);
    for (int i = 0; i < WAITING; i += batch) {
      client.publisher.publish(messages.fresh());
    }
    cycle(client, queue, batch);
    client.queues.purge(queue);
  }

  /** One thread publishes, another one consumes. */
  private static void handOver(Client client, BackendQueue queue, int batch)
      throws InterruptedException {
    Semaphore room = new Semaphore(WAITING);
    AtomicLong consumed = new AtomicLong();
    Thread consumer =
        new Thread(
            () -> {
              Taker taker = taker(client, queue, 1000);
              Settles settles = new Settles(1000);
              try {
                while (consumed.get() < MESSAGES) {
                  int n = settles.receive(taker.lane);
                  consumed.addAndGet(n);
                  room.release(n);
                }
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            });
    consumer.start();
    Batch messages = new Batch(queue, batch);
    Meter meter = new Meter("two threads, batch " + batch + ", the publishing one");
    for (long done = 0; done < MESSAGES; done += batch) {
      room.acquire(batch);
      client.publisher.publish(messages.fresh());
      meter.count(batch);
    }
    consumer.join();
  }

  private static Taker taker(Client client, BackendQueue queue, int prefetch) {
    return new Taker(client.queues, queue, new SubscribeOptions("c", prefetch, 1, false));
  }

  /**
   * Prints a line for each tenth: rate by the wall, rate by the CPU time of this thread, bytes it
   * allocated.
   */
  private static final class Meter {
    private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private final String what;
    private long done;
    private int part;
    private long wall = System.nanoTime();
    private long cpu = threads.getCurrentThreadCpuTime();
    private long bytes = threads.getCurrentThreadAllocatedBytes();

    Meter(String what) {
      this.what = what;
    }

    void count(int n) {
      done += n;
      if (done < MESSAGES / 10) {
        return;
      }
      long wallNow = System.nanoTime();
      long cpuNow = threads.getCurrentThreadCpuTime();
      long bytesNow = threads.getCurrentThreadAllocatedBytes();
      System.out.printf(
          "%s: part %d, %.2f M/s, %.2f M per CPU second, %.1f bytes a message beside the body and"
              + " the message%n",
          what,
          ++part,
          done * 1000.0 / (wallNow - wall),
          done * 1000.0 / (cpuNow - cpu),
          (bytesNow - bytes) / (double) done - Batch.BYTES);
      done = 0;
      wall = wallNow;
      cpu = cpuNow;
      bytes = bytesNow;
    }
  }

  private static final class Batch implements PublishBatch {
    /** What {@link #fresh} allocates for a message, measured at the start. */
    static final double BYTES = measure();

    private final PublishTarget target;
    private final Message[] messages;

    Batch(PublishTarget target, int size) {
      this.target = target;
      this.messages = new Message[size];
    }

    private static double measure() {
      ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
      Batch batch = new Batch(() -> "none", 1000);
      for (int i = 0; i < 2000; i++) {
        batch.fresh();
      }
      long before = threads.getCurrentThreadAllocatedBytes();
      for (int i = 0; i < 100; i++) {
        batch.fresh();
      }
      return (threads.getCurrentThreadAllocatedBytes() - before) / 100_000.0;
    }

    Batch fresh() {
      for (int i = 0; i < messages.length; i++) {
        messages[i] = Message.builder().bodyUnsafe(new byte[100]).build();
      }
      return this;
    }

    @Override
    public int size() {
      return messages.length;
    }

    @Override
    public PublishTarget target(int index) {
      return target;
    }

    @Override
    public Message message(int index) {
      return messages[index];
    }

    @Override
    public int partition(int index) {
      return NO_PARTITION;
    }

    @Override
    public void confirmed(int index, int partition, long offset) {}

    @Override
    public void confirmedAll() {}

    @Override
    public void unroutable(int index) {}

    @Override
    public void failed(int index, Throwable error) {
      throw new AssertionError(error);
    }
  }

  private static final class Settles implements SettleBatch {
    private final DeliveryBatch deliveries;

    Settles(int size) {
      deliveries = new DeliveryBatch(size);
    }

    int receive(Lane lane) throws InterruptedException {
      deliveries.reset(deliveries.capacity());
      int n = lane.receive(deliveries, 1_000_000_000L);
      if (n > 0) {
        lane.settle(this);
      }
      return n;
    }

    @Override
    public int size() {
      return deliveries.size();
    }

    @Override
    public long token(int index) {
      return deliveries.token(index);
    }

    @Override
    public SettleOutcome outcome(int index) {
      return SettleOutcome.ACK;
    }

    @Override
    public long delayNanos(int index) {
      return 0;
    }

    @Override
    public void settled(int index, SettleResult result) {
      throw new AssertionError(result);
    }

    @Override
    public void settledAll(SettleResult result) {}
  }
}
