package dev.mq.tck;

import java.lang.reflect.Method;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.InvocationInterceptor;
import org.junit.jupiter.api.extension.ReflectiveInvocationContext;

/** Gives each test its {@link Kit}, ends one that takes too long, and cleans up after it. */
final class KitExtension implements BeforeEachCallback, AfterEachCallback, InvocationInterceptor {
  private static final ExtensionContext.Namespace SPACE =
      ExtensionContext.Namespace.create(KitExtension.class);

  @Override
  public void beforeEach(ExtensionContext context) {
    MqTck suite = context.getRequiredTestInstances().findInstance(MqTck.class).orElseThrow();
    Session session =
        outermost(context)
            .getStore(SPACE)
            .computeIfAbsent(Session.class, k -> new Session(suite.harness()), Session.class);
    Verification verification = (Verification) context.getRequiredTestInstance();
    Kit kit = new Kit(session, context.getRequiredTestMethod().getName());
    verification.use(kit);
    session.awaitHealth();
    context.publishReportEntry("mq.tck.seed", Long.toString(kit.seed()));
  }

  private static ExtensionContext outermost(ExtensionContext context) {
    ExtensionContext outer = context;
    while (outer.getParent().filter(p -> p.getTestClass().isPresent()).isPresent()) {
      outer = outer.getParent().orElseThrow();
    }
    return outer;
  }

  @Override
  public void interceptTestMethod(
      Invocation<Void> invocation,
      ReflectiveInvocationContext<Method> call,
      ExtensionContext context)
      throws Throwable {
    Kit kit = ((Verification) context.getRequiredTestInstance()).kit();
    String test = call.getExecutable().getName();
    limited(test, invocation::proceed);
    if (kit.harness().notRun().contains(test)) {
      throw new AssertionError(test + " ran: take it off the list of those that cannot (notRun)");
    }
  }

  /** What may take too long. */
  @FunctionalInterface
  private interface Work {
    void run() throws Throwable;
  }

  /**
   * Does the work on a thread of its own, so that a run goes on although one test is stuck where no
   * interrupt reaches it.
   */
  private static void limited(String what, Work work) throws Throwable {
    AtomicReference<Throwable> failure = new AtomicReference<>();
    CountDownLatch over = new CountDownLatch(1);
    Thread worker =
        Threads.start(
            what,
            () -> {
              try {
                work.run();
              } catch (Throwable e) {
                failure.set(e);
              } finally {
                over.countDown();
              }
            });
    boolean inTime = over.await(Timing.testLimit().toNanos(), TimeUnit.NANOSECONDS);
    String dump = inTime ? "" : dumpThreads();
    if (!inTime) {
      worker.interrupt();
      over.await(Timing.patience().toNanos(), TimeUnit.NANOSECONDS);
    }
    Throwable thrown = failure.get();
    if (!inTime) {
      throw new AssertionError(
          "%s took longer than %s; threads at that time:%n%s"
              .formatted(what, Timing.testLimit(), dump),
          thrown);
    }
    if (thrown != null) {
      throw thrown;
    }
  }

  private static String dumpThreads() {
    StringBuilder text = new StringBuilder();
    for (Map.Entry<Thread, StackTraceElement[]> t : Thread.getAllStackTraces().entrySet()) {
      if (!t.getKey().getName().startsWith("mq-") && !t.getKey().getName().startsWith("tck-")) {
        continue;
      }
      text.append(t.getKey().getName()).append(' ').append(t.getKey().getState()).append('\n');
      for (StackTraceElement frame : t.getValue()) {
        text.append("    at ").append(frame).append('\n');
      }
    }
    return text.toString();
  }

  @Override
  public void afterEach(ExtensionContext context) throws Exception {
    Kit kit = ((Verification) context.getRequiredTestInstance()).kit();
    try {
      limited("cleaning up after " + context.getRequiredTestMethod().getName(), kit::close);
    } catch (Exception | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new AssertionError(e);
    }
  }
}
