package dev.mq.tools.stress;

import java.util.List;

/** Arguments of jcstress for a run that fits into a build: one test of each kind, one fork each. */
public final class QuickRun {
  private static final String ONE_OF_EACH_KIND =
      "SettleStress.(AckAndNack|AckAndLoss)|WindowStress.(OnePlace|Waiting)"
          + "|QueueStress.(OneMessage|AckAndClose|Waiting)";

  private QuickRun() {}

  /**
   * Returns the arguments.
   *
   * @param reports where the report goes
   */
  public static List<String> arguments(String reports) {
    return List.of(
        "-t",
        ONE_OF_EACH_KIND,
        "-f",
        "1",
        "-fsm",
        "0",
        "-iters",
        "1",
        "-time",
        "200",
        "-sc",
        "false",
        "-jvmArgs",
        "-Xmx256m",
        "-r",
        reports);
  }
}
