package dev.mq.tools.bench.queue;

/** One way to pass messages from a thread to another. */
interface GroupArm extends AutoCloseable {
  /** Passes so many messages; returns when the last one was taken. */
  void run(int count) throws InterruptedException;

  @Override
  void close();
}
