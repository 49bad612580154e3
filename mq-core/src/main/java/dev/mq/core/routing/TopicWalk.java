package dev.mq.core.routing;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Finds in a {@link TopicTrie} what matches a routing key. Belongs to one thread at a time, which
 * uses it for message after message.
 *
 * <p>Goes through the key word by word with all nodes that the words so far lead to, so that the
 * fetches for one word do not wait for each other. A {@code #} is entered once per route and then
 * tried at every later word: the first place it is reached at is the lowest, so that whatever lies
 * below is also reached from there. A node is therefore reached at most once for each position,
 * however many {@code #} a pattern has.
 */
final class TopicWalk {
  /** So many nodes lie in the processor's own cache anyway. */
  private static final int CACHED = 4096;

  private static final TrieNodes.Directory NONE = new TrieNodes().directory();

  private final Words words = new Words();

  /** The nodes that the words so far lead to: their numbers and what goes on below. */
  private int[] ids = new int[16];

  private int[] nexts = new int[16];

  /** The nodes that one word more leads to. */
  private int[] laterIds = new int[16];

  private int[] laterNexts = new int[16];
  private int later;

  /** The nodes for {@code #} entered so far. */
  private @Nullable TrieSegment[] restSegments = new TrieSegment[4];

  private int[] restPlaces = new int[4];
  private int rests;

  private TrieNodes.Directory directory = NONE;

  /** Keeps fetches ahead from being left out. */
  int touched;

  void split(String routingKey) {
    words.split(routingKey);
  }

  void match(TopicTrie trie, RouteResult out) {
    later = 0;
    rests = 0;
    directory = trie.nodes.directory();
    reach(trie, trie.root, trie.rootAt, 0, out);
    int n = words.count();
    for (int p = 0; p < n && (later | rests) != 0; p++) {
      int now = later;
      swap();
      later = 0;
      level(trie, p, now, rests, out);
    }
    Arrays.fill(restSegments, 0, rests, null);
    directory = NONE;
  }

  private void level(TopicTrie trie, int p, int now, int restsNow, RouteResult out) {
    boolean known = trie.filter().mayHave(words.low(p), words.high(p));
    if (known && now + restsNow > 1 && trie.nodes.live() > CACHED) {
      touch(p, now, restsNow);
    }
    for (int i = 0; i < now; i++) {
      step(trie, ids[i], nexts[i], p, known, out);
    }
    for (int i = 0; i < restsNow; i++) {
      TrieSegment s = restSegments[i];
      if (s != null && isWithin(s.get(restPlaces[i], TopicTrie.WINDOW), words.count() - p)) {
        if (p == words.count() - 1) {
          emit(trie, s, restPlaces[i], TrieSegment.STAR_LEAF, out);
        }
        int id = s.get(restPlaces[i], TrieSegment.ID);
        step(trie, id, s.get(restPlaces[i], TrieSegment.NEXT), p, known, out);
      }
    }
  }

  /** Begins all fetches for a word before any is needed. */
  private void touch(int p, int now, int restsNow) {
    int low = words.low(p);
    int high = words.high(p);
    int sum = 0;
    for (int i = 0; i < now; i++) {
      if (nexts[i] >>> TopicTrie.WORDS_SHIFT != 0) {
        int hash = TrieSegment.hash(ids[i], low, high);
        sum += directory.segment(hash).touch(hash);
      }
    }
    for (int i = 0; i < restsNow; i++) {
      TrieSegment s = restSegments[i];
      if (s != null && isWithin(s.get(restPlaces[i], TopicTrie.WINDOW), words.count() - p)) {
        int hash = TrieSegment.hash(s.get(restPlaces[i], TrieSegment.ID), low, high);
        sum += directory.segment(hash).touch(hash);
      }
    }
    touched = sum;
  }

  private void step(TopicTrie trie, int id, int next, int p, boolean known, RouteResult out) {
    if (known && next >>> TopicTrie.WORDS_SHIFT != 0) {
      int low = words.low(p);
      int high = words.high(p);
      int hash = TrieSegment.hash(id, low, high);
      TrieSegment s = directory.segment(hash);
      int at = s.find(hash, id, low, high, trie.longs, words, p);
      if (at >= 0) {
        reach(trie, s, at, p + 1, out);
      }
    }
    if ((next & TopicTrie.STAR) != 0) {
      int hash = TrieSegment.hash(id, 0, TopicTrie.STAR_WORD);
      TrieSegment s = directory.segment(hash);
      int at = s.find(hash, id, 0, TopicTrie.STAR_WORD);
      if (at >= 0) {
        reach(trie, s, at, p + 1, out);
      }
    }
  }

  /** Takes what ends at a node, and notes it for the word at a position. */
  private void reach(TopicTrie trie, TrieSegment s, int at, int position, RouteResult out) {
    int left = words.count() - position;
    if (left <= 1) {
      emit(trie, s, at, left == 0 ? TrieSegment.LEAF : TrieSegment.STAR_LEAF, out);
    }
    emit(trie, s, at, TrieSegment.REST_LEAF, out);
    int next = s.get(at, TrieSegment.NEXT);
    if (next == 0 || left == 0) {
      return;
    }
    int id = s.get(at, TrieSegment.ID);
    if ((next & TopicTrie.REST) != 0) {
      enter(id, out);
    }
    if (next != TopicTrie.REST) {
      if (later == laterIds.length) {
        laterIds = Arrays.copyOf(laterIds, later * 2);
        laterNexts = Arrays.copyOf(laterNexts, later * 2);
      }
      laterIds[later] = id;
      laterNexts[later++] = next;
    }
  }

  private void enter(int parent, RouteResult out) {
    int hash = TrieSegment.hash(parent, 0, TopicTrie.REST_WORD);
    TrieSegment s = directory.segment(hash);
    int at = s.find(hash, parent, 0, TopicTrie.REST_WORD);
    if (at < 0) {
      return;
    }
    int mark = s.get(at, TopicTrie.MARK);
    if (mark == 0 || out.markFirst(mark - 1)) {
      if (rests == restPlaces.length) {
        restPlaces = Arrays.copyOf(restPlaces, rests * 2);
        restSegments = Arrays.copyOf(restSegments, rests * 2);
      }
      restPlaces[rests] = at;
      restSegments[rests++] = s;
    }
  }

  private static void emit(TopicTrie trie, TrieSegment s, int at, int which, RouteResult out) {
    int leaf = s.get(at, which);
    if (leaf == 0) {
      return;
    }
    if (leaf == TopicTrie.MANY || out.trace() != null) {
      EdgeList.emit(s.cell(at, which), out);
      return;
    }
    QueueNode queue = trie.marks.queue(leaf - 1);
    if (queue != null) {
      out.accept(queue);
    }
  }

  private static boolean isWithin(int window, int left) {
    int most = window & TopicTrie.UNBOUNDED;
    return left >= window >>> 16 && (left <= most || most == TopicTrie.UNBOUNDED);
  }

  private void swap() {
    int[] i = ids;
    ids = laterIds;
    laterIds = i;
    int[] n = nexts;
    nexts = laterNexts;
    laterNexts = n;
  }
}
