package dev.mq.tck;

import java.lang.reflect.Method;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.InvocationInterceptor;
import org.junit.jupiter.api.extension.ReflectiveInvocationContext;
import org.opentest4j.TestAbortedException;

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
    limited(invocation, test);
    if (kit.harness().notRun().contains(test)) {
      throw new AssertionError(test + " ran: take it off the list of those that cannot (notRun)");
    }
  }

  private static void limited(Invocation<Void> invocation, String test) throws Throwable {
    Thread runner = Thread.currentThread();
    CountDownLatch over = new CountDownLatch(1);
    AtomicReference<String> dump = new AtomicReference<>();
    Thread watchdog =
        Threads.start(
            "limit",
            () -> {
              try {
                if (!over.await(Timing.testLimit().toNanos(), TimeUnit.NANOSECONDS)) {
                  dump.set(dumpThreads());
                  runner.interrupt();
                }
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            });
    try {
      invocation.proceed();
    } catch (TestAbortedException e) {
      throw e;
    } catch (Throwable e) {
      throw dump.get() == null ? e : tooLong(test, dump.get(), e);
    } finally {
      over.countDown();
      watchdog.join();
    }
    if (dump.get() != null) {
      throw tooLong(test, dump.get(), null);
    }
  }

  private static AssertionError tooLong(String test, String dump, @Nullable Throwable cause) {
    Thread.interrupted();
    return new AssertionError(
        "%s took longer than %s; threads at that time:%n%s"
            .formatted(test, Timing.testLimit(), dump),
        cause);
  }

  private static String dumpThreads() {
    StringBuilder text = new StringBuilder();
    for (Map.Entry<Thread, StackTraceElement[]> t : Thread.getAllStackTraces().entrySet()) {
      if (!t.getKey().getName().startsWith("mq-") && !t.getKey().getName().startsWith("main")) {
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
    ((Verification) context.getRequiredTestInstance()).kit().close();
  }
}
