package dev.mq.api;

import java.util.LinkedHashSet;
import java.util.Set;

/** The latest ids, oldest first. Thread-safe. */
final class MemoryDedupStore implements DedupStore {
  private final int maxIds;
  private final Set<String> ids = new LinkedHashSet<>();

  MemoryDedupStore(int maxIds) {
    this.maxIds = maxIds;
  }

  @Override
  public synchronized boolean seen(String id) {
    return ids.contains(id);
  }

  @Override
  public synchronized void done(String id) {
    if (ids.add(id) && ids.size() > maxIds) {
      ids.remove(ids.iterator().next());
    }
  }
}
