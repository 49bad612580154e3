package dev.mq.core.routing;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Topic patterns with wildcards, word by word (X-02). One writer, any number of readers.
 *
 * <p>A {@code #} is expanded once per route: it tries every position from the first one it is
 * reached at, in rising order, so that whatever lies below it is also reached first at its lowest
 * position. A node is therefore visited at most once for each position, however many {@code #} a
 * pattern has.
 */
final class TopicTrie {
  private final TrieNode root = new TrieNode("", -1);
  private final IndexPool marks;

  TopicTrie(IndexPool marks) {
    this.marks = marks;
  }

  boolean isEmpty() {
    return !root.hasNext() && root.rest == null && root.leaf == null;
  }

  void add(String pattern, Edge edge) {
    TrieNode node = root;
    boolean belowHash = false;
    for (String word : words(pattern)) {
      TrieNode next = next(node, word);
      if (next == null) {
        boolean hash = word.equals("#");
        next = new TrieNode(word, hash && belowHash ? marks.take() : -1);
        if (hash) {
          node.rest = next;
        } else if (word.equals("*")) {
          node.star = next;
        } else {
          node.add(next);
        }
      }
      belowHash |= word.equals("#");
      node = next;
    }
    node.leaf = EdgeList.plus(node.leaf, edge);
  }

  void remove(String pattern, Edge edge) {
    Deque<TrieNode> path = new ArrayDeque<>();
    TrieNode node = root;
    for (String word : words(pattern)) {
      path.push(node);
      TrieNode next = next(node, word);
      if (next == null) {
        throw new AssertionError("a listed binding is not in the trie");
      }
      node = next;
    }
    node.leaf = EdgeList.minus(node.leaf, edge);
    while (!path.isEmpty() && node.isEmpty()) {
      TrieNode parent = path.pop();
      if (parent.rest == node) {
        parent.rest = null;
      } else if (parent.star == node) {
        parent.star = null;
      } else {
        parent.remove(node);
      }
      if (node.mark >= 0) {
        marks.free(node.mark);
      }
      node = parent;
    }
  }

  void match(Words words, RouteResult out) {
    visit(root, 0, words, out);
  }

  private static void visit(TrieNode node, int position, Words words, RouteResult out) {
    if (position == words.count()) {
      EdgeList.emit(node.leaf, out);
    } else {
      step(node, position, words, out);
    }
    TrieNode rest = node.rest;
    if (rest != null && (rest.mark < 0 || out.markFirst(rest.mark))) {
      EdgeList.emit(rest.leaf, out);
      if (rest.hasNext()) {
        for (int i = position; i < words.count(); i++) {
          step(rest, i, words, out);
        }
      }
    }
  }

  private static void step(TrieNode node, int position, Words words, RouteResult out) {
    TrieNode child = node.child(words, position);
    if (child != null) {
      visit(child, position + 1, words, out);
    }
    TrieNode star = node.star;
    if (star != null) {
      visit(star, position + 1, words, out);
    }
  }

  private static @Nullable TrieNode next(TrieNode node, String word) {
    return word.equals("#") ? node.rest : word.equals("*") ? node.star : node.child(word);
  }

  /** Neighbouring {@code #} are one. */
  private static List<String> words(String pattern) {
    List<String> words = new ArrayList<>();
    if (pattern.isEmpty()) {
      return words;
    }
    int from = 0;
    String last = "";
    while (from <= pattern.length()) {
      int dot = pattern.indexOf('.', from);
      int to = dot < 0 ? pattern.length() : dot;
      String word = pattern.substring(from, to);
      if (!(word.equals("#") && last.equals("#"))) {
        words.add(word);
      }
      last = word;
      from = to + 1;
    }
    return words;
  }
}
