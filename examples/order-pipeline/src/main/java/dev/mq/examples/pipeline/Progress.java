package dev.mq.examples.pipeline;

import java.io.PrintStream;
import java.util.Locale;
import java.util.function.Supplier;

/**
 * Tells a person what happens: what is worth a line at once, how far things are at most twice a
 * second. Used by one thread.
 */
final class Progress {
  private static final long EVERY_NANOS = 500_000_000L;

  private final PrintStream out;
  private final Supplier<String> state;
  private final long start = System.nanoTime();
  private long lastLine = start;

  Progress(PrintStream out, Supplier<String> state) {
    this.out = out;
    this.state = state;
  }

  void say(String text) {
    lastLine = System.nanoTime();
    out.printf(Locale.ROOT, "%6.2f s  %s%n", (lastLine - start) / 1e9, text);
  }

  /** Says how far things are, unless a line was said just now. */
  void tick() {
    if (System.nanoTime() - lastLine > EVERY_NANOS) {
      say(state.get());
    }
  }
}
