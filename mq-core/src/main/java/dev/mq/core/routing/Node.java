package dev.mq.core.routing;

import org.jspecify.annotations.Nullable;

/** What a binding can lead to. */
abstract sealed class Node permits QueueNode, ExchangeNode {
  /** The number under which a route marks this as seen. */
  final int mark;

  /** First of the bindings that lead here; the writer's. */
  @Nullable Edge firstIn;

  private volatile boolean deleted;

  Node(int mark) {
    this.mark = mark;
  }

  /** Returns whether this was deleted; a thing of the same name made later is another node. */
  public final boolean isDeleted() {
    return deleted;
  }

  final void markDeleted() {
    deleted = true;
  }
}
