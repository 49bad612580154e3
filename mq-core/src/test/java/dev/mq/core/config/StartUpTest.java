package dev.mq.core.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.base.Splitter;
import dev.mq.api.BrokerConfig;
import dev.mq.core.discovery.Backends;
import java.io.File;
import java.io.IOException;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StartUpTest {
  @TempDir Path directory;

  /** Looks for backends and reads a file of the given name; runs in a class loader of its own. */
  public static final class Program implements Callable<Object> {
    @Override
    public String call() {
      BrokerConfig.Builder config = BrokerConfig.builder().isolated();
      String file = System.getProperty("StartUpTest.file");
      config.file(file == null ? null : Path.of(file));
      return ConfigurationLoader.load(
              config.build(), Backends.find().usable(), Environment.system())
          .report();
    }
  }

  private static URLClassLoader withoutJackson() throws MalformedURLException {
    List<URL> urls = new ArrayList<>();
    for (String entry :
        Splitter.on(File.pathSeparator).split(System.getProperty("java.class.path"))) {
      if (!entry.contains("jackson")) {
        urls.add(Path.of(entry).toUri().toURL());
      }
    }
    return new URLClassLoader(urls.toArray(URL[]::new), ClassLoader.getPlatformClassLoader());
  }

  private static Object run(Path file) throws Exception {
    Thread thread = Thread.currentThread();
    ClassLoader before = thread.getContextClassLoader();
    try (URLClassLoader loader = withoutJackson()) {
      thread.setContextClassLoader(loader);
      System.setProperty("StartUpTest.file", file.toString());
      Class<?> program = loader.loadClass(Program.class.getName());
      return ((Callable<?>) program.getDeclaredConstructor().newInstance()).call();
    } finally {
      System.clearProperty("StartUpTest.file");
      thread.setContextClassLoader(before);
    }
  }

  @Test
  void jacksonIsNotNeededUntilThereIsJson() throws Exception {
    Path properties = Files.writeString(directory.resolve("mq.properties"), "mq.topology=none");
    assertThat(run(properties)).asString().contains("mq.topology = none");
    Path json = Files.writeString(directory.resolve("mq.json"), "{\"mq.topology\":\"none\"}");
    assertThatThrownBy(() -> run(json)).isInstanceOf(NoClassDefFoundError.class);
  }

  @Test
  void theProcessIsSeenAsItIs() {
    Environment system = Environment.system();
    assertThat(system.variables()).isEqualTo(System.getenv());
    assertThat(system.properties())
        .containsEntry("java.version", System.getProperty("java.version"));
    assertThat(system.directory()).isEqualTo(Path.of(System.getProperty("user.dir")));
    assertThat(system.resources("org/junit/jupiter/api/Test.class")).hasSize(1);
    assertThat(system.resources("no/such/file")).isEmpty();
  }

  @Test
  void theContextClassLoaderIsAskedForTheFile() throws IOException {
    Files.writeString(directory.resolve("mq.properties"), "mq.topology=none");
    Thread thread = Thread.currentThread();
    ClassLoader before = thread.getContextClassLoader();
    try (URLClassLoader loader =
        new URLClassLoader(new URL[] {directory.toUri().toURL()}, before)) {
      thread.setContextClassLoader(loader);
      assertThat(Environment.system().resources("mq.properties")).hasSize(1);
      thread.setContextClassLoader(null);
      assertThat(Environment.system().resources("mq.properties")).isEmpty();
    } finally {
      thread.setContextClassLoader(before);
    }
  }
}
