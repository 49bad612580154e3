package dev.mq.rabbit.internal.stream;

import com.rabbitmq.stream.Constants;
import com.rabbitmq.stream.OffsetSpecification;
import com.rabbitmq.stream.impl.Client;
import dev.mq.api.MqException;
import dev.mq.api.NotFoundException;
import dev.mq.rabbit.internal.connect.Endpoint;
import dev.mq.rabbit.internal.connect.RabbitErrors;
import dev.mq.rabbit.internal.stream.ChunkHeads.Head;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Finds out where streams begin and end from the leader of each, by looking at chunks, which every
 * version allows: statistics came late and know chunks only. The broker sends the first chunk in
 * answer to a subscription, before it answers anything asked after it on the same connection. So a
 * stream whose chunk has not come when the next answer is there has no records. Thread-safe.
 */
final class StreamProbe {
  private static final int AT_ONCE = 200;

  private final StreamClient client;
  private final ReentrantLock lock = new ReentrantLock();
  private final Map<String, Node> nodes = new HashMap<>();

  StreamProbe(StreamClient client) {
    this.client = client;
  }

  /** The last record of a stream: the offset behind it and its timestamp; 0 when there is none. */
  record Last(long end, long timestampMillis) {
    static final Last NONE = new Last(0, Long.MIN_VALUE);
  }

  /** A connection to one node. */
  private record Node(Client connection, ChunkHeads heads) {}

  private interface Look<T> {
    T at(Node node, int subscription, String stream, @Nullable Head head);
  }

  /** Returns the first offset with a record, or 0, for each stream. */
  long[] begins(List<String> streams) {
    return look(
            streams,
            OffsetSpecification.first(),
            (node, id, stream, head) -> head == null ? 0L : head.offset())
        .stream()
        .mapToLong(Long::longValue)
        .toArray();
  }

  /** Returns the last record of each stream. */
  List<Last> lasts(List<String> streams) {
    return look(
        streams,
        OffsetSpecification.last(),
        (node, id, stream, head) ->
            head == null ? Last.NONE : new Last(head.end(), head.timestampMillis()));
  }

  /** Returns the first offset with a timestamp at or after a time, else the end. */
  long[] at(List<String> streams, long millis) {
    List<Last> lasts = lasts(streams);
    long[] found = new long[lasts.size()];
    List<String> inside = new ArrayList<>();
    List<Integer> index = new ArrayList<>();
    for (int i = 0; i < found.length; i++) {
      found[i] = lasts.get(i).end();
      if (lasts.get(i).timestampMillis() >= millis) {
        inside.add(streams.get(i));
        index.add(i);
      }
    }
    OffsetSpecification from =
        millis <= 0 ? OffsetSpecification.first() : OffsetSpecification.timestamp(millis);
    List<Long> offsets = look(inside, from, (n, id, s, head) -> first(n, id, s, head, millis));
    for (int i = 0; i < offsets.size(); i++) {
      found[index.get(i)] = offsets.get(i);
    }
    return found;
  }

  /** The broker may begin with an earlier chunk; all records of a chunk have one timestamp. */
  private static long first(Node node, int id, String stream, @Nullable Head head, long millis) {
    Head h = head;
    while (h != null && h.timestampMillis() < millis) {
      node.connection.credit((byte) id, 1);
      node.connection.metadata(stream);
      h = node.heads.take(id);
    }
    if (h == null) {
      throw RabbitErrors.down("read stream " + stream + ": no record of that time", null);
    }
    return h.offset();
  }

  private <T> List<T> look(List<String> streams, OffsetSpecification from, Look<T> look) {
    List<T> all = new ArrayList<>();
    lock.lock();
    try {
      for (int at = 0; at < streams.size(); at += AT_ONCE) {
        List<String> some = streams.subList(at, Math.min(at + AT_ONCE, streams.size()));
        all.addAll(lookAtOnce(some, from, look));
      }
      return all;
    } catch (RuntimeException e) {
      close();
      throw StreamClient.failed("read stream", e);
    } finally {
      lock.unlock();
    }
  }

  private <T> List<T> lookAtOnce(List<String> streams, OffsetSpecification from, Look<T> look) {
    List<Node> leaders = leaders(streams);
    List<T> all = new ArrayList<>();
    for (int id = 0; id < leaders.size(); id++) {
      leaders.get(id).heads.take(id);
      check(
          streams.get(id),
          leaders
              .get(id)
              .connection
              .subscribe((byte) id, streams.get(id), from, 1)
              .getResponseCode());
    }
    for (int id = 0; id < leaders.size(); id++) {
      Node node = leaders.get(id);
      // Any answer will do; this one comes behind the chunk.
      node.connection.metadata(streams.get(id));
      all.add(look.at(node, id, streams.get(id), node.heads.take(id)));
    }
    for (int id = 0; id < leaders.size(); id++) {
      leaders.get(id).connection.unsubscribe((byte) id);
    }
    return all;
  }

  private static void check(String stream, short code) {
    if (code == Constants.RESPONSE_CODE_STREAM_DOES_NOT_EXIST) {
      throw new NotFoundException("read stream " + stream + ": there is no such stream");
    }
    if (code != Constants.RESPONSE_CODE_OK) {
      throw RabbitErrors.down("read stream " + stream + ": code " + code, null);
    }
  }

  private List<Node> leaders(List<String> streams) {
    List<Node> all = new ArrayList<>();
    if (streams.isEmpty()) {
      return all;
    }
    Map<String, Client.StreamMetadata> found =
        any().connection.metadata(streams.toArray(String[]::new));
    for (String stream : streams) {
      Client.StreamMetadata m = found.get(stream);
      if (m == null) {
        throw RabbitErrors.down("read stream " + stream + ": nothing is known of it", null);
      }
      check(stream, m.getResponseCode());
      Client.Broker leader = m.getLeader();
      if (leader == null) {
        throw RabbitErrors.down("read stream " + stream + ": it has no leader", null);
      }
      all.add(node(leader.getHost(), leader.getPort()));
    }
    return all;
  }

  private Node any() {
    for (Node n : nodes.values()) {
      if (n.connection.isOpen()) {
        return n;
      }
    }
    MqException last = RabbitErrors.down("connect to the stream protocol: no address", null);
    for (Endpoint e : client.endpoints()) {
      try {
        return node(e.host(), e.port());
      } catch (RuntimeException why) {
        last = StreamClient.failed("connect to the stream protocol at " + e, why);
      }
    }
    throw last;
  }

  private Node node(String host, int port) {
    String key = host + ":" + port;
    Node known = nodes.get(key);
    if (known != null && known.connection.isOpen()) {
      return known;
    }
    ChunkHeads heads = new ChunkHeads();
    Node made = new Node(client.connect(host, port, heads), heads);
    nodes.put(key, made);
    return made;
  }

  /** Ends the connections; the next look makes others. */
  void close() {
    lock.lock();
    try {
      nodes.values().forEach(n -> n.connection.close());
      nodes.clear();
    } finally {
      lock.unlock();
    }
  }
}
