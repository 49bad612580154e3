package dev.mq.tools.bench.remote;

import com.sun.management.OperatingSystemMXBean;
import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;

/**
 * What a round took.
 *
 * @param wallNanos time that passed
 * @param cpuNanos processor time of this process, which the broker is not part of
 * @param bytes allocated by the threads that were there at both ends
 */
record Cost(long wallNanos, long cpuNanos, long bytes) {
  private static final OperatingSystemMXBean SYSTEM =
      (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  /** Returns where the clocks stand. */
  static Cost now() {
    long bytes = 0;
    for (long allocated : THREADS.getThreadAllocatedBytes(THREADS.getAllThreadIds())) {
      bytes += Math.max(0, allocated);
    }
    return new Cost(System.nanoTime(), SYSTEM.getProcessCpuTime(), bytes);
  }

  /** Returns what was spent since this reading. */
  Cost spent() {
    return now().minus(this);
  }

  private Cost minus(Cost earlier) {
    return new Cost(
        wallNanos - earlier.wallNanos, cpuNanos - earlier.cpuNanos, bytes - earlier.bytes);
  }

  Cost plus(Cost other) {
    return new Cost(wallNanos + other.wallNanos, cpuNanos + other.cpuNanos, bytes + other.bytes);
  }
}
