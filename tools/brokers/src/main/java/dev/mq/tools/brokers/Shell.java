package dev.mq.tools.brokers;

import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Writes shell scripts. */
final class Shell {
  private Shell() {}

  /** Returns a script that becomes the command, with these variables added to its environment. */
  static String script(Map<String, String> environment, List<String> command) {
    StringBuilder script = new StringBuilder();
    environment.forEach(
        (name, value) ->
            script.append("export ").append(name).append('=').append(quote(value)).append('\n'));
    return script
        .append("exec ")
        .append(command.stream().map(Shell::quote).collect(Collectors.joining(" ")))
        .append('\n')
        .toString();
  }

  static String quote(String word) {
    return "'" + word.replace("'", "'\\''") + "'";
  }
}
