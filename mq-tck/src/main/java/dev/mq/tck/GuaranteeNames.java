package dev.mq.tck;

import java.lang.reflect.Method;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.DisplayNameGenerator;

/** Displays a test as its guarantees and its name in words: {@code A-11 prefetch bounds ...}. */
final class GuaranteeNames extends DisplayNameGenerator.Standard {
  @Override
  public String generateDisplayNameForMethod(
      List<Class<?>> enclosing, Class<?> testClass, Method method) {
    Guarantee guarantee = method.getAnnotation(Guarantee.class);
    return (guarantee == null ? "" : String.join(" ", guarantee.value()) + " ") + words(method);
  }

  private static String words(Method method) {
    return method
        .getName()
        .replaceAll("(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", " ")
        .toLowerCase(Locale.ROOT);
  }
}
