package dev.mq.core.discovery;

import dev.mq.api.ErrorCode;
import dev.mq.api.MqException;
import dev.mq.core.config.Nearest;
import dev.mq.spi.BackendProvider;
import dev.mq.spi.Spi;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The backends on the class path (Y-12). One that cannot be used hinders no other, but as soon as
 * there is one, the choice has to be made by name: to run quietly on another system than the one
 * that was meant would be worse than not to run. Immutable.
 */
public final class Backends {
  private static final Logger LOG = LoggerFactory.getLogger(Backends.class);
  private static final Set<String> SHIPPED = Set.of("inmemory", "rabbit", "kafka");

  private final List<Candidate> usable;
  private final List<Refusal> refused;

  private Backends(List<Candidate> usable, List<Refusal> refused) {
    this.usable = List.copyOf(usable);
    this.refused = List.copyOf(refused);
  }

  /** Finds what the context class loader and the one of this library see. */
  public static Backends find() {
    List<ClassLoader> loaders = new ArrayList<>();
    ClassLoader context = Thread.currentThread().getContextClassLoader();
    if (context != null) {
      loaders.add(context);
    }
    loaders.add(Backends.class.getClassLoader());
    return find(loaders);
  }

  /** Finds what these class loaders see; a class that several of them see counts once. */
  public static Backends find(List<ClassLoader> loaders) {
    ProviderScan scan = new ProviderScan();
    loaders.forEach(scan::scan);
    List<Candidate> usable = new ArrayList<>();
    List<Refusal> refused = new ArrayList<>(scan.failures());
    for (BackendProvider p : scan.found()) {
      check(p, usable, refused);
    }
    refused.forEach(r -> LOG.warn("a backend cannot be used: {}", r.why()));
    return new Backends(usable, refused);
  }

  private static void check(
      BackendProvider provider, List<Candidate> usable, List<Refusal> refused) {
    String origin = ProviderScan.origin(provider.getClass());
    String name = "";
    try {
      // The version first: with another one, no other method is known to mean what it means here.
      int version = provider.spiVersion();
      name = provider.name();
      if (version != Spi.VERSION) {
        String why =
            "backend '"
                + name
                + "' is made for SPI version "
                + version
                + ", mq-core for version "
                + Spi.VERSION;
        refused.add(
            new Refusal(name, why + "; use releases that belong together (" + origin + ")"));
        return;
      }
      String wrong = Declaration.error(provider);
      if (wrong.isEmpty()) {
        usable.add(new Candidate(name, provider, origin));
      } else {
        refused.add(new Refusal(name, "backend '" + name + "' " + wrong + " (" + origin + ")"));
      }
    } catch (RuntimeException | LinkageError e) {
      refused.add(new Refusal(name, ProviderScan.reason(e) + " (" + origin + ")"));
    }
  }

  /** Returns the backends that can be used, one per name. */
  public List<BackendProvider> usable() {
    Map<String, BackendProvider> byName = new LinkedHashMap<>();
    usable.forEach(c -> byName.putIfAbsent(c.name(), c.provider()));
    return List.copyOf(byName.values());
  }

  /**
   * Returns the backend to use.
   *
   * @param name the value of {@code mq.backend}, or an empty text when it is not set: then the only
   *     one there is
   * @throws MqException {@code BACKEND_SELECTION}, saying what was found and what to do
   */
  public BackendProvider select(String name) {
    List<Candidate> matching =
        usable.stream().filter(c -> name.isEmpty() || c.name().equals(name)).toList();
    List<Refusal> broken =
        refused.stream().filter(r -> name.isEmpty() || r.name().equals(name)).toList();
    if (matching.size() == 1 && broken.isEmpty()) {
      return matching.get(0).provider();
    }
    if (names().size() > 1 && name.isEmpty()) {
      throw fail("several backends found; set mq.backend to one of " + names() + refusals());
    }
    if (matching.size() > 1) {
      throw fail(
          "several backends are called '"
              + matching.get(0).name()
              + "'; keep one of "
              + matching.stream().map(Candidate::origin).collect(Collectors.joining(" and ")));
    }
    if (name.isEmpty()) {
      throw fail(
          matching.isEmpty()
              ? "no backend found; add dev.mq:mq-inmemory, dev.mq:mq-rabbit, dev.mq:mq-kafka or another one to the class path"
                  + refusals()
              : "set mq.backend: '"
                  + matching.get(0).name()
                  + "' is the only backend that can be used, and there are others"
                  + refusals());
    }
    if (matching.size() == 1) {
      // Another provider of this name is broken: which of the two was meant, nobody can tell.
      throw fail(
          "backend '"
              + name
              + "' is there twice, "
              + matching.get(0).origin()
              + " and one that fails"
              + refusals());
    }
    throw fail(missing(name) + refusals());
  }

  private String missing(String name) {
    String nearest = Nearest.of(name, names());
    return "mq.backend is '"
        + name
        + "', and no such backend can be used; "
        + (nearest == null
            ? "none was found"
            : "found " + names() + ", the nearest is '" + nearest + "'")
        + (SHIPPED.contains(name) && !known(name)
            ? "; add dev.mq:mq-" + name + " to the class path"
            : "");
  }

  private boolean known(String name) {
    return refused.stream().anyMatch(r -> r.name().equals(name));
  }

  private Set<String> names() {
    return usable.stream().map(Candidate::name).collect(Collectors.toCollection(TreeSet::new));
  }

  private String refusals() {
    return refused.stream().map(r -> "; not used: " + r.why()).collect(Collectors.joining());
  }

  private static MqException fail(String text) {
    return new MqException(ErrorCode.BACKEND_SELECTION, "open: " + text);
  }

  /** A backend that can be used. */
  private record Candidate(String name, BackendProvider provider, String origin) {}

  /**
   * A backend that cannot be used.
   *
   * @param name empty when it did not come as far as to tell
   */
  record Refusal(String name, String why) {}
}
