package dev.mq.rabbit.internal.stream;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * Reads the heads of chunks as they come in, before the client hands them to another thread. So
 * whoever gets an answer of the broker knows every chunk that was sent before it.
 *
 * <p>A delivery is: key 8, version, subscription, in version 2 the committed offset, then the
 * chunk: magic (1 byte), type (1), entries (2), records (4), timestamp (8), epoch (8), first offset
 * (8).
 */
final class ChunkHeads extends ChannelInboundHandlerAdapter {
  private static final int DELIVER = 8;
  private static final int HEAD_BYTES = 32;

  /** The head of a chunk. */
  record Head(long offset, long records, long timestampMillis) {
    long end() {
      return offset + records;
    }
  }

  private final AtomicReferenceArray<@Nullable Head> heads = new AtomicReferenceArray<>(256);

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    if (message instanceof ByteBuf b && b.readableBytes() > 4) {
      int at = b.readerIndex();
      if (b.getShort(at) == DELIVER) {
        int chunk = at + (b.getShort(at + 2) > 1 ? 13 : 5);
        if (b.writerIndex() - chunk >= HEAD_BYTES) {
          heads.set(
              b.getUnsignedByte(at + 4),
              new Head(b.getLong(chunk + 24), b.getUnsignedInt(chunk + 4), b.getLong(chunk + 8)));
        }
      }
    }
    ctx.fireChannelRead(message);
  }

  /** Returns the last chunk of a subscription and forgets it, or null. */
  @Nullable Head take(int subscription) {
    return heads.getAndSet(subscription, null);
  }
}
