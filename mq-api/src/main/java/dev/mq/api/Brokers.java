package dev.mq.api;

import java.util.ArrayList;
import java.util.List;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import org.jspecify.annotations.Nullable;

/** Finds the implementation, and explains itself when there is not exactly one. */
final class Brokers {
  private Brokers() {}

  private static volatile @Nullable BrokerFactory factory;

  static BrokerFactory factory() {
    BrokerFactory known = factory;
    if (known == null) {
      known = find(ServiceLoader.load(BrokerFactory.class, Brokers.class.getClassLoader()));
      factory = known;
    }
    return known;
  }

  static BrokerFactory find(Iterable<BrokerFactory> loader) {
    List<BrokerFactory> found = new ArrayList<>();
    try {
      loader.forEach(found::add);
    } catch (ServiceConfigurationError e) {
      throw new MqException(
          ErrorCode.BACKEND_SELECTION, "open: cannot load the runtime: " + e.getMessage(), e);
    }
    if (found.size() == 1) {
      return found.get(0);
    }
    throw new MqException(
        ErrorCode.BACKEND_SELECTION,
        found.isEmpty()
            ? "open: no runtime found; add dev.mq:mq-core to the class path"
            : "open: several runtimes found; keep one of "
                + found.stream().map(f -> f.getClass().getName()).toList());
  }
}
