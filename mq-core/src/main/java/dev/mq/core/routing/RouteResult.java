package dev.mq.core.routing;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where a message goes: each queue once. Belongs to one thread at a time, which reuses it for
 * message after message; a result is good until the next route into it.
 *
 * <p>Also holds what a route needs for working, so that routing does not allocate.
 */
public final class RouteResult {
  /** Up to here a queue is looked for in the list; beyond, queues are marked. */
  private static final int LISTED = 16;

  private QueueNode[] queues = new QueueNode[LISTED];
  private int count;
  private boolean matched;

  private final TopicWalk walk = new TopicWalk();
  private boolean split;

  /** A thing is marked in this route when its mark is {@link #epoch}. */
  private int[] marks = new int[64];

  private int epoch;

  private @Nullable ExchangeNode start;
  private ExchangeNode[] exchanges = new ExchangeNode[4];
  private int exchangeCount;
  private boolean matchedHere;
  private int ticks;

  private boolean observed;
  private @Nullable List<Node> capture;
  private final List<Node> captured = new ArrayList<>();
  private @Nullable RouteTrace trace;

  /** Creates an empty result. */
  public RouteResult() {}

  /** Returns the number of queues. */
  public int count() {
    return count;
  }

  /** Returns the queue at an index from 0 to {@code count() - 1}; the order means nothing. */
  public QueueNode queue(int index) {
    if (index >= count) {
      throw new IndexOutOfBoundsException(index);
    }
    return queues[index];
  }

  /** Returns whether any binding matched, also where it led to no queue. */
  public boolean matched() {
    return matched;
  }

  /** Forgets the queues, so that none is kept from being collected. */
  public void clear() {
    Arrays.fill(queues, 0, count, null);
    Arrays.fill(exchanges, 0, exchangeCount, null);
    start = null;
    count = 0;
    exchangeCount = 0;
  }

  void begin(@Nullable ExchangeNode from) {
    count = 0;
    matched = false;
    split = false;
    start = from;
    exchangeCount = 0;
    if (++epoch == 0) {
      Arrays.fill(marks, 0);
      epoch = 1;
    }
    if (trace != null) {
      trace.begin();
    }
  }

  void beginExchange() {
    matchedHere = false;
  }

  boolean matchedHere() {
    return matchedHere;
  }

  /** Takes a binding that matched. */
  void accept(Edge edge) {
    matchedHere = true;
    matched = true;
    if (observed) {
      observe(edge);
    }
    QueueNode queue = edge.queue;
    if (queue != null) {
      add(queue);
    } else if (edge.exchange != null) {
      enter(edge.exchange);
    }
  }

  /** Takes the queue a binding that matched leads to; not for a route that is traced. */
  void accept(QueueNode queue) {
    matchedHere = true;
    matched = true;
    if (observed) {
      capture(queue);
    }
    add(queue);
  }

  /** Takes what was found by a route that was not traced. */
  void acceptKnown(Node target) {
    if (target instanceof QueueNode queue) {
      accept(queue);
    } else {
      matchedHere = true;
      matched = true;
      enter((ExchangeNode) target);
    }
  }

  /** Takes the queue that the default exchange leads to. */
  void addByName(QueueNode queue) {
    matched = true;
    if (trace != null) {
      trace.queue(queue, "default exchange");
    }
    add(queue);
  }

  private void add(QueueNode queue) {
    int n = count;
    if (n < LISTED) {
      for (int i = 0; i < n; i++) {
        if (queues[i] == queue) {
          return;
        }
      }
    } else {
      if (n == LISTED) {
        for (int i = 0; i < n; i++) {
          markFirst(queues[i].mark);
        }
      }
      if (!markFirst(queue.mark)) {
        return;
      }
      if (n == queues.length) {
        queues = Arrays.copyOf(queues, n * 2);
      }
    }
    queues[n] = queue;
    count = n + 1;
  }

  /** Adds an exchange to those still to be visited, unless it was added before. */
  void enter(ExchangeNode exchange) {
    if (exchangeCount == 0 && start != null) {
      markFirst(start.mark);
    }
    if (markFirst(exchange.mark)) {
      if (exchangeCount == exchanges.length) {
        exchanges = Arrays.copyOf(exchanges, exchangeCount * 2);
      }
      exchanges[exchangeCount++] = exchange;
    }
  }

  int exchangeCount() {
    return exchangeCount;
  }

  ExchangeNode exchange(int index) {
    return exchanges[index];
  }

  /** Marks a thing as seen in this route; false when it was already. */
  boolean markFirst(int mark) {
    if (mark >= marks.length) {
      marks = Arrays.copyOf(marks, Math.max(mark + 1, marks.length * 2));
    }
    if (marks[mark] == epoch) {
      return false;
    }
    marks[mark] = epoch;
    return true;
  }

  TopicWalk walk(String routingKey) {
    if (!split) {
      walk.split(routingKey);
      split = true;
    }
    return walk;
  }

  /** Returns true once in {@code every} calls. */
  boolean tick(int every) {
    if (++ticks < every) {
      return false;
    }
    ticks = 0;
    return true;
  }

  void startCapture() {
    captured.clear();
    capture = captured;
    observed = true;
  }

  /**
   * Returns the targets taken since {@link #startCapture}, or null when there are more than {@code
   * longest}.
   */
  Node @Nullable [] endCapture(int longest) {
    capture = null;
    observed = trace != null;
    Node[] targets = captured.size() > longest ? null : captured.toArray(new Node[0]);
    captured.clear();
    return targets;
  }

  void trace(@Nullable RouteTrace trace) {
    this.trace = trace;
    this.observed = trace != null;
  }

  @Nullable RouteTrace trace() {
    return trace;
  }

  private void observe(Edge edge) {
    capture(edge.target());
    if (trace != null) {
      trace.edge(edge);
    }
  }

  private void capture(Node target) {
    if (capture != null && capture.size() <= RouteCache.LONGEST) {
      capture.add(target);
    }
  }
}
