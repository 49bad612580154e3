package dev.mq.tools.bench.log;

import dev.mq.api.Message;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * What an append cannot do without: a reference in a segment and an end that is published. The
 * floor of the log. One writer.
 */
final class BareLog {
  static final int SLOTS = 4096;
  private static final VarHandle END;

  static {
    try {
      END = MethodHandles.lookup().findVarHandle(BareLog.class, "end", long.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private @Nullable Message[][] segments = new Message[16][];
  private long end;

  void append(Message[] messages) {
    long offset = end;
    for (Message m : messages) {
      int index = (int) (offset >>> 12);
      if (index == segments.length) {
        segments = Arrays.copyOf(segments, index * 2);
      }
      @Nullable Message[] segment = segments[index];
      if (segment == null) {
        segment = new Message[SLOTS];
        segments[index] = segment;
      }
      segment[(int) offset & SLOTS - 1] = m;
      offset++;
    }
    END.setRelease(this, offset);
  }

  long end() {
    return end;
  }

  /** Adds up what a reader would look at. */
  long scan(long from, long to) {
    long sum = 0;
    for (long offset = from; offset < to; offset++) {
      Message m = segments[(int) (offset >>> 12)][(int) offset & SLOTS - 1];
      if (m != null) {
        sum += m.bodyBytes() + offset;
      }
    }
    return sum;
  }
}
