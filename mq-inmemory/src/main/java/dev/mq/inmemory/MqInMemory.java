package dev.mq.inmemory;

import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * Gives each test an engine of its own with a clock that stands still, and closes it after the
 * test. One asked for by a constructor or a {@code @BeforeAll} method belongs to the class. Needs
 * JUnit Jupiter on the class path.
 *
 * <pre>{@code
 * @ExtendWith(MqInMemory.class)
 * class OrderServiceTest {
 *   @Test
 *   void everyPaidOrderGetsOneMail(InMemoryEngine engine) {
 *     Broker broker = Broker.open(engine.config());
 *   }
 * }
 * }</pre>
 */
public final class MqInMemory implements ParameterResolver, AfterEachCallback, AfterAllCallback {
  private static final Namespace NAMESPACE = Namespace.create(MqInMemory.class);

  /** Creates the extension; JUnit does. */
  public MqInMemory() {}

  @Override
  public boolean supportsParameter(ParameterContext parameter, ExtensionContext test) {
    return parameter.getParameter().getType() == InMemoryEngine.class;
  }

  @Override
  public Object resolveParameter(ParameterContext parameter, ExtensionContext test) {
    ExtensionContext.Store store = test.getStore(NAMESPACE);
    InMemoryEngine known = store.get(InMemoryEngine.class, InMemoryEngine.class);
    if (known != null) {
      return known;
    }
    InMemoryEngine made = InMemoryEngine.create();
    store.put(InMemoryEngine.class, made);
    return made;
  }

  @Override
  public void afterEach(ExtensionContext test) {
    close(test);
  }

  @Override
  public void afterAll(ExtensionContext tests) {
    close(tests);
  }

  private static void close(ExtensionContext context) {
    InMemoryEngine engine =
        context.getStore(NAMESPACE).remove(InMemoryEngine.class, InMemoryEngine.class);
    if (engine != null) {
      engine.close();
    }
  }
}
