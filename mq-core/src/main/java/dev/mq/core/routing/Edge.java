package dev.mq.core.routing;

import dev.mq.api.Binding;
import org.jspecify.annotations.Nullable;

/**
 * A binding in force, as the tables hold it. Leads to exactly one of {@link #queue} and {@link
 * #exchange}.
 *
 * <p>The final fields are for readers; all others belong to the one writer. A table that lists a
 * binding in several places has an edge for each, and only the first of them is linked to its
 * source and target.
 */
final class Edge {
  final Binding binding;
  final ExchangeNode source;
  final @Nullable QueueNode queue;
  final @Nullable ExchangeNode exchange;
  final @Nullable HeaderMatch match;

  int slot;
  int predicate;
  @Nullable Edge previousOut;
  @Nullable Edge nextOut;
  @Nullable Edge previousIn;
  @Nullable Edge nextIn;
  Edge @Nullable [] postings;

  Edge(Binding binding, ExchangeNode source, Node target, @Nullable HeaderMatch match) {
    this.binding = binding;
    this.source = source;
    this.queue = target instanceof QueueNode q ? q : null;
    this.exchange = target instanceof ExchangeNode x ? x : null;
    this.match = match;
  }

  Edge sibling() {
    return new Edge(binding, source, target(), match);
  }

  void link() {
    Edge out = source.firstOut;
    nextOut = out;
    if (out != null) {
      out.previousOut = this;
    }
    source.firstOut = this;
    Node target = target();
    Edge in = target.firstIn;
    nextIn = in;
    if (in != null) {
      in.previousIn = this;
    }
    target.firstIn = this;
  }

  void unlink() {
    if (previousOut == null) {
      source.firstOut = nextOut;
    } else {
      previousOut.nextOut = nextOut;
    }
    if (nextOut != null) {
      nextOut.previousOut = previousOut;
    }
    if (previousIn == null) {
      target().firstIn = nextIn;
    } else {
      previousIn.nextIn = nextIn;
    }
    if (nextIn != null) {
      nextIn.previousIn = previousIn;
    }
  }

  Node target() {
    Node t = queue != null ? queue : exchange;
    if (t == null) {
      throw new AssertionError("an edge without a target");
    }
    return t;
  }
}
