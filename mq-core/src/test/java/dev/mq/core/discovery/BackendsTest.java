package dev.mq.core.discovery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mq.api.ErrorCode;
import dev.mq.api.MqException;
import dev.mq.spi.BackendProvider;
import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.assertj.core.api.AbstractThrowableAssert;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BackendsTest {
  private static final ClassLoader TESTS = BackendsTest.class.getClassLoader();

  @TempDir Path directory;
  private final List<URLClassLoader> opened = new ArrayList<>();
  private int jars;

  @AfterEach
  void close() throws IOException {
    for (URLClassLoader l : opened) {
      l.close();
    }
  }

  /** A class path of services whose classes are those of the tests. */
  private ClassLoader services(String... classes) throws IOException {
    return loader(TESTS, jar(classes));
  }

  private ClassLoader services(Class<?>... classes) throws IOException {
    return services(Arrays.stream(classes).map(Class::getName).toArray(String[]::new));
  }

  private ClassLoader loader(ClassLoader parent, Path... jars) throws IOException {
    URL[] urls = new URL[jars.length];
    for (int i = 0; i < jars.length; i++) {
      urls[i] = jars[i].toUri().toURL();
    }
    URLClassLoader loader = new URLClassLoader(urls, parent);
    opened.add(loader);
    return loader;
  }

  private Path jar(String... classes) throws IOException {
    Path jar = directory.resolve("jar" + jars++);
    Path services = Files.createDirectories(jar.resolve("META-INF/services"));
    Files.write(services.resolve(BackendProvider.class.getName()), List.of(classes));
    return jar;
  }

  /** A jar that has the class files, too. */
  private Path fullJar(Class<?>... classes) throws IOException {
    Path jar = jar(Arrays.stream(classes).map(Class::getName).toArray(String[]::new));
    List<Class<?>> all = new ArrayList<>(List.of(classes));
    all.add(TestProviders.Base.class);
    for (Class<?> c : all) {
      String file = c.getName().replace('.', '/') + ".class";
      Files.createDirectories(jar.resolve(file).getParent());
      try (InputStream in = TESTS.getResourceAsStream(file)) {
        Files.copy(in, jar.resolve(file));
      }
    }
    return jar;
  }

  /**
   * A parent that has the contract and not the providers of the tests, as an application server
   * has.
   */
  private static ClassLoader contractOnly() {
    return new ClassLoader(ClassLoader.getPlatformClassLoader()) {
      @Override
      protected Class<?> findClass(String name) throws ClassNotFoundException {
        if (name.startsWith("dev.mq.spi.") || name.startsWith("dev.mq.api.")) {
          return TESTS.loadClass(name);
        }
        throw new ClassNotFoundException(name);
      }
    };
  }

  private static Backends find(ClassLoader... loaders) {
    return Backends.find(List.of(loaders));
  }

  private static AbstractThrowableAssert<?, ? extends Throwable> refused(
      Backends backends, String name) {
    return assertThatThrownBy(() -> backends.select(name))
        .isInstanceOfSatisfying(
            MqException.class,
            e -> {
              assertThat(e.code()).isEqualTo(ErrorCode.BACKEND_SELECTION);
              assertThat(e.isDefinite()).isTrue();
            });
  }

  @Test
  void theOnlyBackendIsUsedWhenNoneIsSet() throws Exception {
    Backends backends = find(services(TestProviders.Alpha.class));
    assertThat(backends.select("")).isInstanceOf(TestProviders.Alpha.class);
    assertThat(backends.select("alpha")).isInstanceOf(TestProviders.Alpha.class);
  }

  @Test
  void severalBackendsCoexistAndAreChosenByName() throws Exception {
    Backends backends = find(services(TestProviders.Alpha.class, TestProviders.Beta.class));
    assertThat(backends.usable())
        .extracting(BackendProvider::name)
        .containsExactlyInAnyOrder("alpha", "beta");
    assertThat(backends.select("alpha").name()).isEqualTo("alpha");
    assertThat(backends.select("beta").name()).isEqualTo("beta");
  }

  @Test
  void noBackendIsAnErrorThatSaysWhatToAdd() throws Exception {
    refused(find(services(new String[0])), "")
        .hasMessageContaining("no backend found")
        .hasMessageContaining("mq-inmemory");
    refused(find(services(new String[0])), "rabbit").hasMessageContaining("dev.mq:mq-rabbit");
  }

  @Test
  void severalBackendsAndNoneSetIsAnErrorThatNamesThemAndTheKey() throws Exception {
    refused(find(services(TestProviders.Beta.class, TestProviders.Alpha.class)), "")
        .hasMessageContaining("[alpha, beta]")
        .hasMessageContaining("mq.backend");
  }

  @Test
  void anUnknownNameIsAnErrorWithTheKnownOnesAndTheNearest() throws Exception {
    refused(find(services(TestProviders.Beta.class, TestProviders.Alpha.class)), "alhpa")
        .hasMessageContaining("'alhpa'")
        .hasMessageContaining("[alpha, beta]")
        .hasMessageContaining("nearest is 'alpha'");
  }

  @Test
  void twoBackendsOfOneNameAreAnErrorThatNamesClassesAndJars() throws Exception {
    Path one = fullJar(TestProviders.Alpha.class);
    Path two = fullJar(TestProviders.AlphaToo.class, TestProviders.Beta.class);
    Backends backends = find(loader(contractOnly(), one), loader(contractOnly(), two));
    refused(backends, "alpha")
        .hasMessageContaining("TestProviders$Alpha in " + one.toUri().toURL())
        .hasMessageContaining("TestProviders$AlphaToo in " + two.toUri().toURL());
    assertThat(backends.select("beta").name()).isEqualTo("beta");
    assertThat(backends.usable())
        .extracting(BackendProvider::name)
        .containsExactly("alpha", "beta");
    refused(
            find(
                loader(contractOnly(), one),
                loader(contractOnly(), fullJar(TestProviders.AlphaToo.class))),
            "")
        .hasMessageContaining("several backends are called 'alpha'");
  }

  @Test
  void oneClassInTwoJarsIsAnErrorThatNamesBoth() throws Exception {
    Path one = fullJar(TestProviders.Alpha.class);
    Path two = fullJar(TestProviders.Alpha.class);
    refused(find(loader(contractOnly(), one), loader(contractOnly(), two)), "alpha")
        .hasMessageContaining(one.toUri().toURL().toString())
        .hasMessageContaining(two.toUri().toURL().toString());
  }

  @Test
  void aBackendThatSeveralClassLoadersSeeCountsOnce() throws Exception {
    ClassLoader parent = services(TestProviders.Alpha.class);
    assertThat(find(loader(parent), parent, parent).select(""))
        .isInstanceOf(TestProviders.Alpha.class);
    Path jar = fullJar(TestProviders.Beta.class);
    Backends backends = find(loader(contractOnly(), jar), loader(contractOnly(), jar));
    assertThat(backends.select("").name()).isEqualTo("beta");
  }

  @Test
  void theContextClassLoaderIsAsked() throws Exception {
    Thread thread = Thread.currentThread();
    ClassLoader before = thread.getContextClassLoader();
    try {
      thread.setContextClassLoader(services(TestProviders.Alpha.class));
      assertThat(Backends.find().select("alpha").name()).isEqualTo("alpha");
      thread.setContextClassLoader(null);
      assertThat(Backends.find().usable())
          .extracting(BackendProvider::name)
          .doesNotContain("alpha");
    } finally {
      thread.setContextClassLoader(before);
    }
  }

  @Test
  void anotherSpiVersionIsRefusedWithBothNumbers() throws Exception {
    Backends backends = find(services(TestProviders.Future.class, TestProviders.Alpha.class));
    refused(backends, "future")
        .hasMessageContaining("SPI version 77")
        .hasMessageContaining("version 1")
        .hasMessageContaining("TestProviders$Future");
    assertThat(backends.select("alpha").name()).isEqualTo("alpha");
  }

  @Test
  void aBackendThatFailsToLoadIsToldWithItsReasonAndHindersNoOther() throws Exception {
    String missing = "com.example.Missing";
    Backends backends =
        find(
            services(
                TestProviders.Throwing.class.getName(),
                missing,
                TestProviders.Linkless.class.getName(),
                BackendsTest.class.getName(),
                TestProviders.Alpha.class.getName()));
    assertThat(backends.select("alpha").name()).isEqualTo("alpha");
    refused(backends, "throwing")
        .hasMessageContaining("TestProviders$Throwing")
        .hasMessageContaining("no licence")
        .hasMessageContaining(missing)
        .hasMessageContaining("com/example/Client")
        .hasMessageContaining("BackendsTest not a subtype");
  }

  @Test
  void aServiceFileThatCannotBeReadHindersNoOther() throws Exception {
    Path broken = jar("this is no class name");
    Path good = jar(TestProviders.Alpha.class.getName());
    Backends backends = find(loader(TESTS, broken, good));
    assertThat(backends.select("alpha").name()).isEqualTo("alpha");
    refused(backends, "beta").hasMessageContaining("not used");
  }

  @Test
  void theOnlyBackendLeftIsNotChosenSilentlyWhenAnotherOneFails() throws Exception {
    Backends backends = find(services(TestProviders.Alpha.class, TestProviders.Throwing.class));
    refused(backends, "")
        .hasMessageContaining("set mq.backend")
        .hasMessageContaining("'alpha'")
        .hasMessageContaining("no licence");
  }

  @Test
  void onlyBackendsThatFailAreAnErrorThatSaysWhy() throws Exception {
    refused(find(services(TestProviders.Throwing.class)), "")
        .hasMessageContaining("no backend found")
        .hasMessageContaining("no licence");
  }

  @Test
  void aBackendThatDeclaresItselfWronglyIsToldWhatIsWrong() throws Exception {
    refused(find(services(TestProviders.BadName.class)), "")
        .hasMessageContaining("lower-case letters and digits");
    refused(find(services(TestProviders.TakenName.class)), "").hasMessageContaining("'consumers'");
    refused(find(services(TestProviders.StrayKey.class)), "stray")
        .hasMessageContaining("mq.other.path");
    refused(find(services(TestProviders.NativeKey.class)), "nat")
        .hasMessageContaining("mq.nat.native.path");
    refused(find(services(TestProviders.TwiceKey.class)), "twice")
        .hasMessageContaining("mq.twice.path twice");
  }
}
