package dev.mq.core.log;

import dev.mq.api.Codec;
import dev.mq.api.DecodeException;
import dev.mq.api.LogRecord;
import dev.mq.api.Message;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Makes records with decoded bodies. Thread-safe. */
final class RecordDecoder<T extends @Nullable Object> {
  private final Codec<?> codec;
  private final String log;

  /**
   * What was made last; records of one batch often share their millisecond. Immutable, so a race is
   * harmless.
   */
  private Instant lastTime = Instant.EPOCH;

  RecordDecoder(Codec<?> codec, String log) {
    this.codec = codec;
    this.log = log;
  }

  /**
   * Decodes a record; a null body stays null.
   *
   * @throws DecodeException when the codec threw
   */
  @SuppressWarnings({"unchecked", "NullAway"}) // T is what the codec makes, or null for a tombstone
  LogRecord<T> decode(int partition, long offset, long timestampMillis, Message message) {
    byte[] body = message.bodyUnsafe();
    Object value = null;
    if (body != null) {
      try {
        value = codec.decode(body, log, message.headers());
      } catch (DecodeException e) {
        throw e;
      } catch (RuntimeException e) {
        throw new DecodeException(
            "decode record " + partition + "/" + offset + " of log:" + log, e);
      }
    }
    return new LogRecord<>(partition, offset, time(timestampMillis), (T) value, message);
  }

  private Instant time(long millis) {
    Instant last = lastTime;
    if (last.toEpochMilli() == millis) {
      return last;
    }
    Instant made = Instant.ofEpochMilli(millis);
    lastTime = made;
    return made;
  }
}
