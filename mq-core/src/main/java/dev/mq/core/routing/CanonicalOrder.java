package dev.mq.core.routing;

import dev.mq.api.Binding;
import dev.mq.api.ExchangeSpec;
import dev.mq.api.Headers;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/** One order for the parts of a topology, so that equal states look equal. */
final class CanonicalOrder {
  static final Comparator<ExchangeSpec> EXCHANGES = Comparator.comparing(ExchangeSpec::name);

  static final Comparator<TopologySnapshot.QueueEntry> QUEUES =
      Comparator.comparing(q -> q.spec().name());

  static final Comparator<Binding> BINDINGS =
      Comparator.comparing(Binding::exchange)
          .thenComparing(Binding::kind)
          .thenComparing(Binding::destination)
          .thenComparing(Binding::key)
          .thenComparing(b -> text(b.arguments()));

  private CanonicalOrder() {}

  /** Equal for equal headers only: names in order, each value with its type. */
  private static String text(Headers headers) {
    if (headers.isEmpty()) {
      return "";
    }
    List<String> parts = new ArrayList<>();
    for (int i = 0; i < headers.size(); i++) {
      Object v = headers.valueAt(i);
      String value =
          v == null
              ? "null"
              : v.getClass().getSimpleName()
                  + ' '
                  + (v instanceof byte[] b ? Arrays.toString(b) : v);
      parts.add(headers.nameAt(i) + '\0' + value);
    }
    parts.sort(Comparator.naturalOrder());
    return String.join("\0\0", parts);
  }
}
