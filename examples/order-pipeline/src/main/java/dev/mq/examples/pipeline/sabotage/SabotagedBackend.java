package dev.mq.examples.pipeline.sabotage;

import dev.mq.api.ErrorCode;
import dev.mq.api.MqException;
import dev.mq.spi.BackendContext;
import dev.mq.spi.BackendProvider;
import dev.mq.spi.BackendSession;
import dev.mq.spi.ConfigKey;
import dev.mq.spi.Spi;
import java.util.List;
import java.util.ServiceLoader;

/** The embedded engine with a saboteur between it and the runtime, where only messages pass. */
public final class SabotagedBackend implements BackendProvider {
  /** The value of {@code mq.backend} that selects it. */
  public static final String NAME = "sabotaged";

  /** How to break it. */
  public static final ConfigKey<Sabotage> MODE =
      ConfigKey.choice(
          "mq.sabotaged.mode", Sabotage.class, Sabotage.LOSE, "How to break the embedded engine.");

  /** Which engine to break. */
  public static final ConfigKey<String> ENGINE =
      ConfigKey.text("mq.sabotaged.engine", "default", "The name of the embedded engine to break.");

  private static final String VICTIM = "inmemory";

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public int spiVersion() {
    return Spi.VERSION;
  }

  @Override
  public List<ConfigKey<?>> keys() {
    return List.of(MODE, ENGINE);
  }

  @Override
  public BackendSession open(BackendContext context) {
    BackendProvider engine =
        ServiceLoader.load(BackendProvider.class).stream()
            .map(ServiceLoader.Provider::get)
            .filter(provider -> provider.name().equals(VICTIM))
            .findFirst()
            .orElseThrow(
                () ->
                    new MqException(
                        ErrorCode.BACKEND_SELECTION,
                        "open: there is no embedded engine to break; add dev.mq:mq-inmemory to the class path"));
    return new SabotagedSession(
        engine.open(new EngineContext(context)), context.config().get(MODE));
  }
}
