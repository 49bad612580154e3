package dev.mq.tck;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;

/** The threads of the kit; all are daemons. */
final class Threads {
  private Threads() {}

  static Thread start(String name, Runnable work) {
    Thread thread = new Thread(work, "tck-" + name);
    thread.setDaemon(true);
    thread.start();
    return thread;
  }

  /** Runs all at the same time and returns their results in order. */
  static <T> List<T> together(String what, List<Callable<T>> works) {
    List<CompletableFuture<T>> results = new ArrayList<>();
    for (Callable<T> work : works) {
      CompletableFuture<T> result = new CompletableFuture<>();
      results.add(result);
      start(
          what,
          () -> {
            try {
              result.complete(work.call());
            } catch (Exception | AssertionError e) {
              result.completeExceptionally(e);
            }
          });
    }
    List<T> all = new ArrayList<>();
    for (CompletableFuture<T> result : results) {
      all.add(result.join());
    }
    return all;
  }
}
