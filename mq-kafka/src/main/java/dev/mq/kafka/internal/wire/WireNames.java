package dev.mq.kafka.internal.wire;

import java.util.Set;

/**
 * The record headers that carry what a Kafka record has no place for. Part of the wire form: never
 * renamed. All texts are UTF-8, all numbers decimal text.
 */
final class WireNames {
  /**
   * The version of the wire form, to be written when an older reader would misread a record.
   * Records without it are of version 1, the only one: each header costs a client a tenth of a
   * send.
   */
  static final String VERSION = "mq-v";

  static final String ID = "mq-id";
  static final String ROUTING_KEY = "mq-routing-key";
  static final String TYPE = "mq-type";
  static final String CONTENT_TYPE = "mq-content-type";
  static final String CORRELATION_ID = "mq-correlation-id";
  static final String REPLY_TO = "mq-reply-to";
  static final String PRIORITY = "mq-priority";

  /** How long after publishing the message may be delivered, in milliseconds. */
  static final String TIME_TO_LIVE = "mq-ttl";

  /** When the event happened, in milliseconds of the epoch. */
  static final String TIMESTAMP = "mq-timestamp";

  /** The types of headers that are not text; see {@link HeaderTypes}. */
  static final String TYPES = "mq-types";

  /** The longest text of a property in bytes. */
  static final int MAX_TEXT = 255;

  private static final Set<String> ALL =
      Set.of(
          VERSION,
          ID,
          ROUTING_KEY,
          TYPE,
          CONTENT_TYPE,
          CORRELATION_ID,
          REPLY_TO,
          PRIORITY,
          TIME_TO_LIVE,
          TIMESTAMP,
          TYPES);

  private WireNames() {}

  /** Returns whether a header of this name is a part of the wire form, and no header of a user. */
  static boolean isOurs(String name) {
    return name.startsWith("mq-") && ALL.contains(name);
  }
}
