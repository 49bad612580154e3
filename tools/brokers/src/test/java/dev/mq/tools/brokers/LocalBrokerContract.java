package dev.mq.tools.brokers;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.Timeout;

/** What every local broker does; the subclass says how to use one. All on one broker. */
@TestInstance(Lifecycle.PER_CLASS)
@Timeout(value = 3, unit = TimeUnit.MINUTES)
abstract class LocalBrokerContract<B extends LocalBroker> {
  private static final Duration READY = Duration.ofSeconds(30);

  final B broker;
  private final String argument;

  LocalBrokerContract(String argument, B broker) {
    this.argument = argument;
    this.broker = broker;
  }

  /** Stores something durable under the name. */
  abstract void store(String name) throws Exception;

  /** Returns whether something was stored under the name. */
  abstract boolean holds(String name) throws Exception;

  @BeforeEach
  void running() {
    if (!broker.isRunning()) {
      broker.start();
    }
  }

  @AfterAll
  void closeAndLookForRemains() {
    Path directory = broker.logFile().getParent();
    List<ProcessHandle> processes = ProcessHandle.current().descendants().toList();
    broker.close();
    broker.close();
    assertFalse(Files.exists(directory), "directory is left");
    assertTrue(
        eventually(() -> processes.stream().noneMatch(ProcessHandle::isAlive)), "left alive");
    assertThrows(IllegalStateException.class, broker::start);
  }

  @Test
  void servesClientsOnceStarted() throws Exception {
    store("served");
    assertTrue(holds("served"));
    assertTrue(ProcessHandle.of(broker.pid()).orElseThrow().isAlive());
    assertTrue(Files.size(broker.logFile()) > 0);
  }

  @Test
  void refusesToStartTwice() {
    assertThrows(IllegalStateException.class, broker::start);
  }

  @Test
  void keepsAddressAndDataOverARestart() throws Exception {
    store("restarted");
    String address = broker.address();
    long pid = broker.pid();
    broker.restart();
    assertEquals(address, broker.address());
    assertNotEquals(pid, broker.pid());
    assertTrue(holds("restarted"));
  }

  @Test
  void keepsAddressAndDataOverAKill() throws Exception {
    store("killed");
    // RabbitMQ confirms a declaration before it is on disk: what is new may not survive a kill.
    broker.restart();
    String address = broker.address();
    ProcessHandle process = ProcessHandle.of(broker.pid()).orElseThrow();
    broker.kill();
    assertFalse(process.isAlive());
    assertFalse(broker.isRunning());
    assertThrows(IllegalStateException.class, broker::pid);
    broker.start();
    assertEquals(address, broker.address());
    assertTrue(holds("killed"));
  }

  @Test
  void answersNothingWhilePausedAndEverythingAfterwards() throws Exception {
    store("paused");
    broker.pause();
    try {
      assertTrue(broker.isRunning());
      assertThrows(BrokerException.class, () -> broker.awaitReady(Duration.ofMillis(600)));
    } finally {
      broker.resume();
    }
    broker.awaitReady(READY);
    assertTrue(holds("paused"));
  }

  @Test
  void canBeKilledWhilePaused() {
    broker.pause();
    assertDoesNotThrow(broker::kill);
  }

  @Test
  void leavesNothingBehindWhenItsJvmIsKilled() throws Exception {
    Process jvm =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-D" + KafkaLibs.LIBS + "=" + System.getProperty(KafkaLibs.LIBS, ""),
                "-DlocalRepository=" + System.getProperty("localRepository", ""),
                "-cp",
                System.getProperty("java.class.path"),
                ChildMain.class.getName(),
                argument)
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    try (BufferedReader out = jvm.inputReader(StandardCharsets.UTF_8)) {
      Path directory = Path.of(out.readLine());
      List<ProcessHandle> processes =
          Arrays.stream(out.readLine().strip().split(" ", -1))
              .flatMap(pid -> ProcessHandle.of(Long.parseLong(pid)).stream())
              .toList();
      assertTrue(processes.size() >= 3, "guard, group leader and broker: " + processes);
      assertTrue(Files.isDirectory(directory));
      jvm.destroyForcibly().waitFor();
      assertTrue(eventually(() -> !Files.exists(directory)), "directory is left: " + directory);
      assertTrue(
          eventually(() -> processes.stream().noneMatch(ProcessHandle::isAlive)),
          () -> "left alive: " + processes.stream().filter(ProcessHandle::isAlive).toList());
    } finally {
      jvm.destroyForcibly();
    }
  }

  private static boolean eventually(BooleanSupplier condition) {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(15);
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > deadline) {
        return false;
      }
      LockSupport.parkNanos(20_000_000);
    }
    return true;
  }
}
