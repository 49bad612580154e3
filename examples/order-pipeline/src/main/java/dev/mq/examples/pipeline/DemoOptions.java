package dev.mq.examples.pipeline;

import dev.mq.examples.pipeline.sabotage.Sabotage;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What to run the demo on.
 *
 * @param orders a file of JSON lines, or null for the one that ships with the example
 * @param sabotage how to break the embedded engine on purpose, or null to leave it whole
 * @param backend the backend for everything, or null for what the configuration says
 * @param events the backend of the log, together with {@code tasks}; else null
 * @param tasks the backend of exchange and queues, together with {@code events}; else null
 * @param settings configuration keys that win over files and environment
 */
public record DemoOptions(
    @Nullable Path orders,
    @Nullable Sabotage sabotage,
    @Nullable String backend,
    @Nullable String events,
    @Nullable String tasks,
    Map<String, String> settings) {

  /** Returns the options of a plain run. */
  public static DemoOptions defaults() {
    return new DemoOptions(null, null, null, null, null, Map.of());
  }

  /** Returns these options with other settings. */
  public DemoOptions with(Map<String, String> otherSettings) {
    return new DemoOptions(orders, sabotage, backend, events, tasks, otherSettings);
  }

  /** Returns what is wrong with the options together, or null. */
  public @Nullable String problem() {
    if ((events == null) != (tasks == null)) {
      return "--events and --tasks go together";
    }
    if (backend != null && events != null) {
      return "--backend is for one broker, --events and --tasks are for two; choose one";
    }
    if (sabotage != null && (backend != null || events != null)) {
      return "--sabotage breaks the embedded engine only; leave --backend, --events and --tasks out";
    }
    return null;
  }
}
