package dev.mq.spi;

import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Durations as people write them in configuration. */
final class Durations {
  private static final Pattern SIMPLE = Pattern.compile("(\\d{1,15})\\s*(ms|s|m|h|d)");
  private static final Map<String, Duration> UNITS =
      Map.of(
          "ms", Duration.ofMillis(1),
          "s", Duration.ofSeconds(1),
          "m", Duration.ofMinutes(1),
          "h", Duration.ofHours(1),
          "d", Duration.ofDays(1));

  private Durations() {}

  static Duration parse(String text) {
    String s = text.strip().toLowerCase(Locale.ROOT);
    Matcher m = SIMPLE.matcher(s);
    if (m.matches()) {
      Duration unit = UNITS.get(m.group(2));
      if (unit != null) {
        return times(unit, Long.parseLong(m.group(1)));
      }
    }
    if (s.equals("0")) {
      return Duration.ZERO;
    }
    try {
      return Duration.parse(text.strip());
    } catch (DateTimeParseException e) {
      throw new IllegalArgumentException(
          "expected a duration such as 500ms, 30s, 5m, 1h, 7d or PT30S", e);
    }
  }

  private static Duration times(Duration unit, long n) {
    try {
      return unit.multipliedBy(n);
    } catch (ArithmeticException e) {
      throw new IllegalArgumentException("expected a shorter duration", e);
    }
  }

  static String format(Duration d) {
    for (String unit : new String[] {"d", "h", "m", "s"}) {
      Duration u = UNITS.get(unit);
      if (u != null && !d.isZero() && d.toMillis() % u.toMillis() == 0) {
        return d.toMillis() / u.toMillis() + unit;
      }
    }
    return d.toMillis() + "ms";
  }
}
