package dev.mq.tools.bench.remote;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Random;

/** Runs one cell: blocks of paired rounds, their ratios, and an interval for the median. */
final class Comparison {
  private static final int RESAMPLES = 2000;
  private static final OperatingSystemMXBean SYSTEM =
      (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();

  private final String cell;
  private final int bytes;
  private final int blocks;
  private final int count;

  Comparison(String cell, int bytes, int blocks, int count) {
    this.cell = cell;
    this.bytes = bytes;
    this.blocks = blocks;
    this.count = count;
  }

  void run(RemoteArm raw, RemoteArm ours, RemoteArm second) throws Exception {
    for (int warm = 0; warm < 3; warm++) {
      raw.run(count);
      ours.run(count);
      second.run(count);
    }
    List<Double> rates = new ArrayList<>();
    List<Double> cpus = new ArrayList<>();
    List<Double> canary = new ArrayList<>();
    List<Double> extra = new ArrayList<>();
    for (int b = 0; b < blocks; b++) {
      Cost r = raw.run(count);
      Cost o = ours.run(count);
      o = o.plus(ours.run(count));
      r = r.plus(raw.run(count));
      Cost s = second.run(count);
      rates.add((double) r.wallNanos() / o.wallNanos());
      cpus.add((double) o.cpuNanos() / r.cpuNanos());
      canary.add(r.wallNanos() / 2.0 / s.wallNanos());
      extra.add((o.bytes() - r.bytes()) / 2.0 / count);
      print(
          "{\"cell\":\"%s\",\"bytes\":%d,\"block\":%d,\"n\":%d,\"raw_per_s\":%.0f,\"ours_per_s\":%.0f,"
              + "\"raw_cpu_us\":%.3f,\"ours_cpu_us\":%.3f,\"rate_ratio\":%.3f,\"cpu_ratio\":%.3f,\"canary\":%.3f}",
          cell,
          bytes,
          b,
          count,
          2e9 * count / r.wallNanos(),
          2e9 * count / o.wallNanos(),
          r.cpuNanos() / 2e3 / count,
          o.cpuNanos() / 2e3 / count,
          rates.get(b),
          cpus.get(b),
          canary.get(b));
    }
    double[] rate = interval(rates);
    double[] control = interval(canary);
    print(
        "{\"cell\":\"%s\",\"bytes\":%d,\"blocks\":%d,\"rate_ratio\":%.3f,\"low\":%.3f,\"high\":%.3f,\"cpu_ratio\":%.3f,"
            + "\"extra_bytes\":%.0f,\"canary\":%.3f,\"canary_low\":%.3f,\"canary_high\":%.3f,\"load\":%.1f,\"jdk\":\"%s\"}",
        cell,
        bytes,
        blocks,
        median(rates),
        rate[0],
        rate[1],
        median(cpus),
        median(extra),
        median(canary),
        control[0],
        control[1],
        SYSTEM.getSystemLoadAverage(),
        System.getProperty("java.version"));
  }

  private static double median(List<Double> values) {
    double[] sorted = values.stream().mapToDouble(Double::doubleValue).sorted().toArray();
    int middle = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  }

  /** Returns a bootstrap interval of 95 % for the median. */
  private static double[] interval(List<Double> values) {
    Random random = new Random(11);
    double[] medians = new double[RESAMPLES];
    for (int i = 0; i < RESAMPLES; i++) {
      List<Double> sample = new ArrayList<>(values.size());
      for (int k = 0; k < values.size(); k++) {
        sample.add(values.get(random.nextInt(values.size())));
      }
      medians[i] = median(sample);
    }
    Arrays.sort(medians);
    return new double[] {medians[RESAMPLES / 40], medians[RESAMPLES - 1 - RESAMPLES / 40]};
  }

  private static void print(String format, Object... values) {
    System.out.println(String.format(Locale.ROOT, format, values));
  }
}
