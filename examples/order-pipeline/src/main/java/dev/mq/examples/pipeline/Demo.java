package dev.mq.examples.pipeline;

import dev.mq.api.ErrorCode;
import dev.mq.api.MqException;
import java.io.PrintStream;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletionException;

/**
 * A shop whose orders go through an event log to three services and through an exchange to two
 * kinds of workers. It checks itself: it ends with {@code demo: OK} only when every order was
 * treated as it must be, although a worker is killed on the way.
 */
public final class Demo {
  /** Everything was as it must be. */
  public static final int OK = 0;

  /** Something was not, or the broker failed. */
  public static final int FAILED = 1;

  /** The command cannot be run as it was given. */
  public static final int USAGE = 2;

  private static final Set<ErrorCode> USER_ERRORS =
      EnumSet.of(ErrorCode.CONFIG, ErrorCode.BACKEND_SELECTION, ErrorCode.INVALID_ARGUMENT);

  private Demo() {}

  /** Runs the demo on what the configuration says. */
  public static void main(String[] args) {
    System.exit(run(DemoOptions.defaults(), System.out, System.err));
  }

  /** Runs the demo and returns the exit code. */
  public static int run(DemoOptions options, PrintStream out, PrintStream err) {
    try {
      String problem = options.problem();
      if (problem != null) {
        return fail(err, USAGE, problem);
      }
      return run(options, OrderFile.read(options.orders()), out);
    } catch (OrderFile.BadFileException e) {
      return fail(err, USAGE, String.valueOf(e.getMessage()));
    } catch (MqException | CompletionException e) {
      MqException known = MqException.of(e);
      return fail(
          err,
          USER_ERRORS.contains(known.code()) ? USAGE : FAILED,
          String.valueOf(known.getMessage()));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return fail(err, FAILED, "interrupted");
    }
  }

  private static int run(DemoOptions options, List<Order> orders, PrintStream out)
      throws InterruptedException {
    Shop shop = new Shop("demo-" + UUID.randomUUID().toString().substring(0, 8));
    try (Connections connections = new Connections(options);
        Run run = new Run(orders, shop, connections, out)) {
      out.println("An order pipeline on " + run.backends() + ", orders: " + orders.size());
      out.println();
      RunResult result = run.run();
      Map<String, List<String>> problems = Checks.problems(result);
      if (problems.isEmpty() && options.sabotage() != null) {
        problems.put(Checks.NO_ORDER, List.of("the sabotage found nothing to break"));
      }
      out.println();
      new Summary(result, out).print();
      out.println();
      if (problems.isEmpty()) {
        Verdict.ok(out, run.backends());
        return OK;
      }
      Verdict.failed(out, problems);
      return FAILED;
    }
  }

  private static int fail(PrintStream err, int code, String problem) {
    err.println("mq demo: " + problem);
    return code;
  }
}
