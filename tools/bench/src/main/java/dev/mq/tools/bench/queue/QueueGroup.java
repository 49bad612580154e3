package dev.mq.tools.bench.queue;

import com.sun.management.OperatingSystemMXBean;
import dev.mq.api.Message;
import dev.mq.tools.bench.Payload;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * One producer and one push consumer against two threads on an {@code ArrayBlockingQueue}, for a
 * fixed count. Arms run in blocks ours, raw, raw, ours; ratios are formed inside a block, and a
 * second raw arm against the first says how far a ratio can be trusted here. Prints one JSON line a
 * block and one for the whole.
 */
public final class QueueGroup {
  private static final int CAPACITY = 16 * 1024;
  private static final OperatingSystemMXBean SYSTEM =
      (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();

  private QueueGroup() {}

  /** Arguments, all optional: messages a round, blocks, the one cell to run. */
  public static void main(String[] args) throws InterruptedException {
    int count = (args.length > 0 ? Integer.parseInt(args[0]) : 2_000_000) / 64 * 64;
    int blocks = args.length > 1 ? Integer.parseInt(args[1]) : 11;
    String only = args.length > 2 ? args[2] : "";
    Message[] messages = Payload.messages(1024, "key");
    try (GroupArm raw = new GroupAbq(messages, CAPACITY);
        GroupArm canary = new GroupAbq(messages, CAPACITY)) {
      if (only.isEmpty() || only.equals("burst64")) {
        try (GroupArm ours = new GroupPublic(messages, CAPACITY)) {
          compare("burst64", ours, raw, count, blocks);
        }
      }
      if (only.isEmpty() || only.equals("single")) {
        try (GroupArm ours = new GroupPublicSingle(messages, CAPACITY)) {
          compare("single", ours, raw, count, blocks);
        }
      }
      if (only.isEmpty() || only.equals("canary")) {
        compare("canary", canary, raw, count, blocks);
      }
    }
  }

  private static void compare(String cell, GroupArm ours, GroupArm raw, int count, int blocks)
      throws InterruptedException {
    for (int i = 0; i < 3; i++) {
      ours.run(count / 2);
      raw.run(count / 2);
    }
    List<Double> rates = new ArrayList<>();
    List<Double> cpus = new ArrayList<>();
    for (int b = 0; b < blocks; b++) {
      Round o1 = Round.of(ours, count);
      Round r1 = Round.of(raw, count);
      Round r2 = Round.of(raw, count);
      Round o2 = Round.of(ours, count);
      double rate = (double) (r1.wallNanos + r2.wallNanos) / (o1.wallNanos + o2.wallNanos);
      double cpu = (double) (o1.cpuNanos + o2.cpuNanos) / (r1.cpuNanos + r2.cpuNanos);
      rates.add(rate);
      cpus.add(cpu);
      print(
          "{\"cell\":\"%s\",\"block\":%d,\"n\":%d,\"ours_ns\":%.1f,\"raw_ns\":%.1f,\"ours_cpu_ns\":%.1f,\"raw_cpu_ns\":%.1f,\"rate_ratio\":%.3f,\"cpu_ratio\":%.3f}",
          cell,
          b,
          count,
          (o1.wallNanos + o2.wallNanos) / 2.0 / count,
          (r1.wallNanos + r2.wallNanos) / 2.0 / count,
          (o1.cpuNanos + o2.cpuNanos) / 2.0 / count,
          (r1.cpuNanos + r2.cpuNanos) / 2.0 / count,
          rate,
          cpu);
    }
    print(
        "{\"cell\":\"%s\",\"blocks\":%d,\"median_rate_ratio\":%.3f,\"low\":%.3f,\"high\":%.3f,\"median_cpu_ratio\":%.3f,\"load\":%.1f}",
        cell,
        blocks,
        at(rates, 0.5),
        at(rates, 0.1),
        at(rates, 0.9),
        at(cpus, 0.5),
        SYSTEM.getSystemLoadAverage());
  }

  private static double at(List<Double> values, double quantile) {
    double[] sorted = values.stream().mapToDouble(Double::doubleValue).toArray();
    Arrays.sort(sorted);
    return sorted[(int) Math.round(quantile * (sorted.length - 1))];
  }

  private static void print(String format, Object... values) {
    System.out.println(String.format(Locale.ROOT, format, values));
  }

  /** What one run of an arm took. */
  private record Round(long wallNanos, long cpuNanos) {
    static Round of(GroupArm arm, int count) throws InterruptedException {
      long cpu = SYSTEM.getProcessCpuTime();
      long start = System.nanoTime();
      arm.run(count);
      long wall = System.nanoTime() - start;
      return new Round(wall, SYSTEM.getProcessCpuTime() - cpu);
    }
  }
}
