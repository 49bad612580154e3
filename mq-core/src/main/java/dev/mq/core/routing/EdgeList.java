package dev.mq.core.routing;

import dev.mq.api.Headers;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Edges that match together. One writer, any number of readers.
 *
 * <p>An edge keeps its slot for as long as the array lives, and a removed one leaves a hole: a
 * reader on its way through the array meets every edge that is there all the time. Holes are closed
 * and room is made by a new array, so rarely that the cost of a change stays constant on average.
 *
 * <p>Where most lists hold one edge, a <em>cell</em> saves the list: it is null, an {@link Edge} or
 * an {@link EdgeList}.
 */
final class EdgeList {
  private static final VarHandle SLOT = MethodHandles.arrayElementVarHandle(Edge[].class);
  private static final int SMALLEST = 4;

  private volatile @Nullable Edge[] slots = new Edge[SMALLEST];
  private int used;
  private int live;

  static Object plus(@Nullable Object cell, Edge edge) {
    if (cell == null) {
      return edge;
    }
    EdgeList list;
    if (cell instanceof EdgeList known) {
      list = known;
    } else {
      list = new EdgeList();
      list.add((Edge) cell);
    }
    list.add(edge);
    return list;
  }

  static @Nullable Object minus(@Nullable Object cell, Edge edge) {
    if (cell instanceof EdgeList list) {
      list.remove(edge);
      return list.live == 0 ? null : list;
    }
    return cell == edge ? null : cell;
  }

  static int size(@Nullable Object cell) {
    return cell == null ? 0 : cell instanceof EdgeList list ? list.live : 1;
  }

  static void emit(@Nullable Object cell, RouteResult out) {
    if (cell instanceof Edge edge) {
      out.accept(edge);
    } else if (cell != null) {
      ((EdgeList) cell).emit(out);
    }
  }

  void add(Edge edge) {
    if (used == slots.length) {
      rebuild(live >= used - used / 4 ? used * 2 : used);
    }
    edge.slot = used;
    SLOT.setRelease(slots, used, edge);
    used++;
    live++;
  }

  void remove(Edge edge) {
    SLOT.setRelease(slots, edge.slot, (Edge) null);
    live--;
    if (slots.length > SMALLEST && live < slots.length / 4) {
      rebuild(slots.length / 2);
    }
  }

  void emit(RouteResult out) {
    @Nullable Edge[] s = slots;
    for (int i = 0; i < s.length; i++) {
      Edge edge = (Edge) SLOT.getAcquire(s, i);
      if (edge != null) {
        out.accept(edge);
      }
    }
  }

  /** Hands over the edges whose arguments match the headers of the message. */
  static void emitMatching(@Nullable Object cell, Headers headers, RouteResult out) {
    if (cell instanceof Edge edge) {
      acceptMatching(edge, headers, out);
    } else if (cell instanceof EdgeList list) {
      @Nullable Edge[] s = list.slots;
      for (int i = 0; i < s.length; i++) {
        Edge edge = (Edge) SLOT.getAcquire(s, i);
        if (edge != null) {
          acceptMatching(edge, headers, out);
        }
      }
    }
  }

  private static void acceptMatching(Edge edge, Headers headers, RouteResult out) {
    HeaderMatch match = edge.match;
    if (match != null && match.matchesCandidate(headers)) {
      out.accept(edge);
    }
  }

  private void rebuild(int length) {
    @Nullable Edge[] old = slots;
    @Nullable Edge[] fresh = new Edge[length];
    int n = 0;
    for (Edge edge : Arrays.asList(old)) {
      if (edge != null) {
        edge.slot = n;
        fresh[n++] = edge;
      }
    }
    used = n;
    slots = fresh;
  }
}
