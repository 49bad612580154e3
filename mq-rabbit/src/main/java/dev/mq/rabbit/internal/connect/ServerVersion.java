package dev.mq.rabbit.internal.connect;

import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The version of the broker, by which features are used or left out. Immutable. */
public record ServerVersion(int major, int minor, String text) {
  private static final Pattern NUMBERS = Pattern.compile("(\\d+)\\.(\\d+).*");

  /** Reads the version out of what the broker told when it was connected to. */
  static ServerVersion of(Map<String, Object> serverProperties) {
    String text = String.valueOf(serverProperties.get("version"));
    Matcher m = NUMBERS.matcher(text);
    return m.matches()
        ? new ServerVersion(Integer.parseInt(m.group(1)), Integer.parseInt(m.group(2)), text)
        : new ServerVersion(0, 0, text);
  }

  /** Returns whether the broker is of this version or newer. */
  public boolean atLeast(int wantedMajor, int wantedMinor) {
    return major > wantedMajor || (major == wantedMajor && minor >= wantedMinor);
  }
}
