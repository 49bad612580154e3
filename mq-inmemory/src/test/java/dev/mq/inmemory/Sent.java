package dev.mq.inmemory;

import dev.mq.api.Message;
import dev.mq.spi.PublishBatch;
import dev.mq.spi.PublishTarget;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A batch that remembers what became of each message: {@code ok}, {@code ok P/O}, or an error. */
final class Sent implements PublishBatch {
  private final List<PublishTarget> targets = new ArrayList<>();
  private final List<Message> messages = new ArrayList<>();
  private final List<Integer> partitions = new ArrayList<>();
  private final List<Object> outcomes = new ArrayList<>();

  Sent add(PublishTarget target, Message message) {
    return add(target, message, NO_PARTITION);
  }

  Sent add(PublishTarget target, Message message, int partition) {
    targets.add(target);
    messages.add(message);
    partitions.add(partition);
    outcomes.add("open");
    return this;
  }

  synchronized List<Object> outcomes() {
    return List.copyOf(outcomes);
  }

  synchronized @Nullable Throwable error(int index) {
    return outcomes.get(index) instanceof Throwable t ? t : null;
  }

  @Override
  public int size() {
    return messages.size();
  }

  @Override
  public PublishTarget target(int index) {
    return targets.get(index);
  }

  @Override
  public Message message(int index) {
    return messages.get(index);
  }

  @Override
  public int partition(int index) {
    return partitions.get(index);
  }

  @Override
  public void confirmed(int index, int partition, long offset) {
    complete(index, partition < 0 ? "ok" : "ok " + partition + "/" + offset);
  }

  @Override
  public void confirmedAll() {
    for (int i = 0; i < size(); i++) {
      complete(i, "ok");
    }
  }

  @Override
  public void unroutable(int index) {
    complete(index, "unroutable");
  }

  @Override
  public void failed(int index, Throwable error) {
    complete(index, error);
  }

  private synchronized void complete(int index, Object outcome) {
    if (!outcomes.get(index).equals("open")) {
      throw new AssertionError("completed twice: " + outcomes.get(index) + ", then " + outcome);
    }
    outcomes.set(index, outcome);
  }
}
