package dev.mq.core.routing;

import dev.mq.api.QueueSpec;
import org.jspecify.annotations.Nullable;

/** A queue that exists, for as long as this incarnation of it does. Thread-safe. */
public final class QueueNode extends Node {
  private final QueueSpec spec;
  private final String incarnation;
  private final @Nullable String ownerId;
  private volatile @Nullable Object attachment;

  QueueNode(int mark, TopologySnapshot.QueueEntry entry) {
    super(mark);
    this.spec = entry.spec();
    this.incarnation = entry.incarnation();
    this.ownerId = entry.ownerId();
  }

  /** Returns the name. */
  public String name() {
    return spec.name();
  }

  /** Returns the properties. */
  public QueueSpec spec() {
    return spec;
  }

  /** Returns what tells this queue from earlier ones of its name. */
  public String incarnation() {
    return incarnation;
  }

  /** Returns who may use it when it is exclusive, or null. */
  public @Nullable String ownerId() {
    return ownerId;
  }

  /** Returns what the runtime keeps here, such as the backend's handle; null until set. */
  public @Nullable Object attachment() {
    return attachment;
  }

  /** Sets what the runtime keeps here. */
  public void attach(@Nullable Object attachment) {
    this.attachment = attachment;
  }

  TopologySnapshot.QueueEntry entry() {
    return new TopologySnapshot.QueueEntry(spec, incarnation, ownerId);
  }

  @Override
  public String toString() {
    return spec + (incarnation.isEmpty() ? "" : " incarnation " + incarnation);
  }
}
