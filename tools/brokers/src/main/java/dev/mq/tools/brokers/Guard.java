package dev.mq.tools.brokers;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A shell process that runs a broker's processes and owns its directory.
 *
 * <p>It ends them and removes the directory as soon as the pipe from this JVM ends, which the
 * operating system sees to however the JVM dies. Commands and answers are described in {@code
 * guard.sh}.
 */
final class Guard implements AutoCloseable {
  private static final long CLOSE_SECONDS = 30;
  private static final int QUOTED_LINES = 30;

  /** One run of a named script. */
  static final class Child {
    private final CompletableFuture<Long> pid = new CompletableFuture<>();
    private final CompletableFuture<Integer> exit = new CompletableFuture<>();

    long pid() {
      return pid.join();
    }

    boolean isAlive() {
      return !exit.isDone();
    }

    boolean awaitExit(long millis) {
      try {
        exit.get(millis, TimeUnit.MILLISECONDS);
        return true;
      } catch (TimeoutException e) {
        return false;
      } catch (ExecutionException e) {
        throw new BrokerException("the broker's guard process has gone", e.getCause());
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new BrokerException("interrupted while waiting for a broker to end", e);
      }
    }
  }

  private final Path directory;
  private final Process process;
  private final OutputStream commands;
  private final ReentrantLock sending = new ReentrantLock();
  private final Map<String, Child> children = new ConcurrentHashMap<>();

  private Guard(Path directory, Process process) {
    this.directory = directory;
    this.process = process;
    this.commands = process.getOutputStream();
    Thread reader = new Thread(this::readAnswers, "guard-" + directory.getFileName());
    reader.setDaemon(true);
    reader.start();
  }

  /** Makes a directory and the process that watches over it. */
  static Guard open(String prefix) {
    try {
      Path directory = Files.createTempDirectory("mq-" + prefix + "-").toRealPath();
      Path script = directory.resolve("guard.sh");
      try (InputStream in = requireNonNull(Guard.class.getResourceAsStream("guard.sh"))) {
        Files.copy(in, script);
      }
      List<String> detach = detach();
      List<String> command = new ArrayList<>(detach);
      command.addAll(List.of("sh", script.toString(), directory.toString()));
      command.addAll(detach);
      return new Guard(
          directory,
          new ProcessBuilder(command)
              .redirectError(directory.resolve("guard.log").toFile())
              .start());
    } catch (IOException e) {
      throw new BrokerException("cannot start a broker's guard process (needs a POSIX shell)", e);
    }
  }

  /** Returns a command that runs its arguments in a session of their own, out of Ctrl-C's reach. */
  private static List<String> detach() {
    for (String path : System.getenv().getOrDefault("PATH", "").split(File.pathSeparator, -1)) {
      if (Files.isExecutable(Path.of(path, "setsid"))) {
        return List.of("setsid");
      }
    }
    return List.of("perl", "-e", "use POSIX; POSIX::setsid(); exec @ARGV or die", "--");
  }

  Path directory() {
    return directory;
  }

  Path log(String name) {
    return directory.resolve(name + ".log");
  }

  /** Returns the last lines of a log. */
  String tail(String name) {
    try {
      List<String> lines =
          Files.exists(log(name))
              ? new String(Files.readAllBytes(log(name)), UTF_8).lines().toList()
              : List.of();
      return String.join(
          "\n", lines.subList(Math.max(0, lines.size() - QUOTED_LINES), lines.size()));
    } catch (IOException e) {
      throw new BrokerException("cannot read " + log(name), e);
    }
  }

  /** Writes a file into the directory. */
  Path write(String name, String content) {
    try {
      return Files.writeString(directory.resolve(name), content);
    } catch (IOException e) {
      throw new BrokerException("cannot write " + name + " into " + directory, e);
    }
  }

  /** Starts the script {@code NAME.sh} of the directory. */
  Child run(String name) {
    Child child = new Child();
    children.put(name, child);
    send("run " + name);
    try {
      child.pid.get(CLOSE_SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException | TimeoutException e) {
      throw new BrokerException("the guard process did not start " + name, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new BrokerException("interrupted while starting " + name, e);
    }
    return child;
  }

  void signal(String signal, Child child) {
    if (child.isAlive()) {
      send("signal " + signal + " " + child.pid());
    }
  }

  private void send(String command) {
    sending.lock();
    try {
      commands.write((command + "\n").getBytes(UTF_8));
      commands.flush();
    } catch (IOException e) {
      throw new BrokerException("the broker's guard process has gone", e);
    } finally {
      sending.unlock();
    }
  }

  private void readAnswers() {
    try (BufferedReader in = process.inputReader(UTF_8)) {
      String line;
      while ((line = in.readLine()) != null) {
        String[] words = line.split(" ", -1);
        Child child = words.length == 3 ? children.get(words[0]) : null;
        if (child != null && words[1].equals("pid")) {
          child.pid.complete(Long.valueOf(words[2]));
        } else if (child != null && words[1].equals("exit")) {
          child.exit.complete(Integer.valueOf(words[2]));
        }
      }
    } catch (IOException e) {
      // The guard ended while this thread was reading; what follows is the same as at its end.
    }
    for (Child child : children.values()) {
      child.pid.completeExceptionally(new IOException("guard process ended"));
      child.exit.completeExceptionally(new IOException("guard process ended"));
    }
  }

  /** Ends all processes, removes the directory and waits for that. */
  @Override
  public void close() {
    try {
      commands.close();
    } catch (IOException e) {
      // It has gone already, which is what is wanted.
    }
    try {
      if (!process.waitFor(CLOSE_SECONDS, TimeUnit.SECONDS)) {
        throw new BrokerException(
            "processes of " + directory + " still run; guard process " + process.pid());
      }
    } catch (InterruptedException e) {
      // The guard goes on by itself.
      Thread.currentThread().interrupt();
    }
  }
}
