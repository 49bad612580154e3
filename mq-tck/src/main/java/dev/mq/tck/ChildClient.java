package dev.mq.tck;

import dev.mq.api.BrokerConfig;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A client in a JVM of its own. */
final class ChildClient implements Client {
  private final Process process;
  private final Seen<String> said;

  private ChildClient(Process process, Seen<String> said) {
    this.process = process;
    this.said = said;
  }

  static Client start(BrokerConfig config, ClientTask task, List<String> arguments) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-Xmx128m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"));
    // How much this JVM logs is meant for its children, too.
    for (String name : System.getProperties().stringPropertyNames()) {
      if (name.startsWith("org.slf4j.")) {
        command.add("-D" + name + "=" + System.getProperty(name));
      }
    }
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.addAll(List.of(ClientMain.class.getName(), config.name(), task.name()));
    command.addAll(arguments);
    try {
      Process process =
          new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
      Seen<String> said = new Seen<>("client JVM " + process.pid() + " " + task + arguments);
      ChildClient client = new ChildClient(process, said);
      Threads.start("client-" + process.pid(), client::listen);
      Writer in = process.outputWriter(StandardCharsets.UTF_8);
      for (Map.Entry<String, String> key : config.overrides().entrySet()) {
        in.write(key.getKey() + "=" + key.getValue() + "\n");
      }
      in.write("\n");
      in.flush();
      return client;
    } catch (IOException e) {
      throw new UncheckedIOException("cannot start " + command, e);
    }
  }

  private void listen() {
    try (BufferedReader out = process.inputReader(StandardCharsets.UTF_8)) {
      for (String line = out.readLine(); line != null; line = out.readLine()) {
        if (line.startsWith(ClientMain.PREFIX)) {
          said.add(line.substring(ClientMain.PREFIX.length()));
        }
      }
    } catch (IOException e) {
      said.add("output ended: " + e);
    }
  }

  @Override
  public Seen<String> said() {
    return said;
  }

  @Override
  public void kill() {
    process.destroyForcibly();
    try {
      process.waitFor();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    kill();
  }
}
