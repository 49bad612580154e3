package dev.mq.core.discovery;

import dev.mq.spi.BackendContext;
import dev.mq.spi.BackendProvider;
import dev.mq.spi.BackendSession;
import dev.mq.spi.ConfigKey;
import dev.mq.spi.Spi;
import java.util.List;

/** Backends that are found and never opened, good ones and bad ones. */
final class TestProviders {
  private TestProviders() {}

  /** What they share. */
  abstract static class Base implements BackendProvider {
    private final String name;

    Base(String name) {
      this.name = name;
    }

    @Override
    public String name() {
      return name;
    }

    @Override
    public int spiVersion() {
      return Spi.VERSION;
    }

    @Override
    public List<ConfigKey<?>> keys() {
      return List.of(ConfigKey.text("mq." + name + ".path", null, "A path."));
    }

    @Override
    public BackendSession open(BackendContext context) {
      throw new AssertionError("no test opens it");
    }
  }

  public static final class Alpha extends Base {
    public Alpha() {
      super("alpha");
    }
  }

  public static final class Beta extends Base {
    public Beta() {
      super("beta");
    }
  }

  public static final class AlphaToo extends Base {
    public AlphaToo() {
      super("alpha");
    }
  }

  public static final class Future extends Base {
    public Future() {
      super("future");
    }

    @Override
    public int spiVersion() {
      return 77;
    }
  }

  public static final class Throwing extends Base {
    public Throwing() {
      super("throwing");
      throw new IllegalStateException("no licence");
    }
  }

  public static final class Linkless extends Base {
    public Linkless() {
      super("linkless");
    }

    @Override
    public int spiVersion() {
      throw new NoClassDefFoundError("com/example/Client");
    }
  }

  public static final class BadName extends Base {
    public BadName() {
      super("Bad Name");
    }
  }

  public static final class TakenName extends Base {
    public TakenName() {
      super("consumers");
    }
  }

  public static final class StrayKey extends Base {
    public StrayKey() {
      super("stray");
    }

    @Override
    public List<ConfigKey<?>> keys() {
      return List.of(ConfigKey.text("mq.other.path", null, "A path."));
    }
  }

  public static final class NativeKey extends Base {
    public NativeKey() {
      super("nat");
    }

    @Override
    public List<ConfigKey<?>> keys() {
      return List.of(ConfigKey.text("mq.nat.native.path", null, "A path."));
    }
  }

  public static final class TwiceKey extends Base {
    public TwiceKey() {
      super("twice");
    }

    @Override
    public List<ConfigKey<?>> keys() {
      ConfigKey<String> key = ConfigKey.text("mq.twice.path", null, "A path.");
      return List.of(key, key);
    }
  }
}
