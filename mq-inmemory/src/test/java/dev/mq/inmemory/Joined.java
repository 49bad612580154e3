package dev.mq.inmemory;

import dev.mq.api.Position;
import dev.mq.api.Positions;
import dev.mq.inmemory.Reader.Read;
import dev.mq.spi.BackendLog;
import dev.mq.spi.GroupListener;
import dev.mq.spi.GroupMember;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A member of a group driven by one thread of a test. */
final class Joined implements GroupListener {
  final List<String> events = new CopyOnWriteArrayList<>();
  final Set<Integer> owned = new TreeSet<>();
  final GroupMember member;
  private final Reader reader;
  Consumer<int[]> onRevoked = p -> {};
  Consumer<int[]> onAssigned = p -> {};

  Joined(Client client, BackendLog log, String group, Position start) {
    this.member = client.logs.join(log, group, start, 100, this);
    this.reader = new Reader(member);
  }

  static Joined of(Client client, BackendLog log) {
    return new Joined(client, log, "g", Position.begin());
  }

  List<Read> poll() {
    return reader.now();
  }

  List<Read> poll(Duration wait) {
    return reader.within(wait);
  }

  @Nullable Throwable commit(int partition, long offset) {
    return commit(Positions.of(partition, offset));
  }

  @Nullable Throwable commit(Positions positions) {
    Throwable[] result = {new AssertionError("not answered")};
    member.commit(positions, e -> result[0] = e);
    return result[0];
  }

  @Override
  public void assigned(int[] partitions) {
    events.add("assigned " + Arrays.toString(partitions));
    Arrays.stream(partitions).forEach(owned::add);
    onAssigned.accept(partitions);
  }

  @Override
  public void revoked(int[] partitions) {
    events.add("revoked " + Arrays.toString(partitions));
    onRevoked.accept(partitions);
    Arrays.stream(partitions).forEach(owned::remove);
  }

  @Override
  public void lost(int[] partitions) {
    events.add("lost " + Arrays.toString(partitions));
    Arrays.stream(partitions).forEach(owned::remove);
  }
}
