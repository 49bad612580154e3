package dev.mq.rabbit.internal.stream;

import dev.mq.api.ErrorCode;
import dev.mq.api.MqException;
import dev.mq.spi.GroupMember.CommitCallback;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The lease of one partition as one member sees it: a state machine without I/O. Used by one thread
 * at a time.
 *
 * <p>The token queue has a single active consumer, so only one member gets messages. Whoever gets a
 * token first sends a marker; when that came back it has seen every token there was, and the best
 * of them counts. Then it writes a claim of the next epoch, and owns the partition when the claim
 * came back. A commit is done when its token came back to the one who wrote it. So what a member of
 * an earlier epoch writes late is acknowledged and changes nothing.
 */
final class Lease {
  /** What a lease does at the broker. */
  interface Port {
    /** Sends a message to the end of the token queue, on the channel that consumes it. */
    void publish(Token token);

    /** Removes a message. */
    void ack(long tag);

    /** Steps back behind the other members, and returns messages for them. */
    void giveBack(List<Long> tags);
  }

  /** Told what becomes of a lease. */
  interface Owner {
    /** The partition is owned; next to read, or {@link Token#NO_COMMIT}. */
    void owned(long next);

    /** The partition was owned and is not any more. */
    void lost();

    /** This member is the one that gets messages, and there is no token. */
    void empty();
  }

  private enum State {
    WAITING,
    SYNCING,
    CLAIMING,
    OWNED,
    LEAVING
  }

  private final String self;
  private final String life;
  private final Port port;
  private final Owner owner;
  private final boolean makesToken;
  private final long initial;
  private final Map<String, CommitCallback> commits = new HashMap<>();
  private final List<Long> kept = new ArrayList<>();

  /** Markers of others, held while there is no token. */
  private final List<Long> foreign = new ArrayList<>();

  private State state = State.WAITING;

  /** The best token seen, which is held unacknowledged under its tag. */
  private @Nullable Token best;

  private long bestTag;
  private String marker = "";
  private String claim = "";
  private long claimEpoch;
  private String passed = "";
  private long writtenEpoch;
  private long writtenNext;
  private long sequence;

  /**
   * Creates a lease that waits.
   *
   * @param self names the member
   * @param life begins the names of this lease's messages; never used before, so that what an
   *     earlier lease of the member left in the queue is not taken for this one's
   * @param makesToken whether to make the token when there is none
   * @param initial the position of a token made here
   */
  Lease(String self, String life, Port port, Owner owner, boolean makesToken, long initial) {
    this.self = self;
    this.life = life;
    this.port = port;
    this.owner = owner;
    this.makesToken = makesToken;
    this.initial = initial;
  }

  /** Called once the queue is consumed. */
  void start() {
    mark();
  }

  private String name() {
    return life + "#" + ++sequence;
  }

  private void mark() {
    marker = name();
    port.publish(Token.marker(marker));
  }

  /** A message came. */
  void delivered(long tag, Token t) {
    if (t.isMarker()) {
      if (t.by().equals(marker)) {
        port.ack(tag);
        marker = "";
        synced();
      } else if (best == null) {
        // Without a token it is all that would wake its sender, should this member die now.
        foreign.add(tag);
      } else {
        port.ack(tag);
      }
      return;
    }
    Token before = best;
    boolean better = before == null || t.beats(before);
    if (!better) {
      port.ack(tag);
    } else {
      if (before != null) {
        port.ack(bestTag);
      }
      best = t;
      bestTag = tag;
      foreign.forEach(port::ack);
      foreign.clear();
    }
    CommitCallback commit = commits.remove(t.by());
    if (commit != null) {
      commit.done(better ? null : fenced());
    } else if (better) {
      counts(t);
    }
  }

  private void synced() {
    Token b = best;
    if (b != null && state == State.SYNCING) {
      claim(b.epoch() + 1, b.next());
    } else if (b == null && state == State.WAITING) {
      if (makesToken) {
        claim(1, initial);
      } else {
        owner.empty();
      }
    }
  }

  private void claim(long epoch, long next) {
    state = State.CLAIMING;
    claim = name();
    claimEpoch = epoch;
    port.publish(new Token(epoch, next, claim, null));
  }

  /** A token that is no commit of ours is the best one now. */
  private void counts(Token t) {
    boolean mine = t.by().equals(claim);
    switch (state) {
      case WAITING -> {
        String to = t.to();
        if (to != null && !to.equals(self) && !t.by().equals(passed)) {
          passed = t.by();
          leave();
        } else {
          sync();
        }
      }
      case SYNCING -> {}
      case CLAIMING -> {
        if (mine) {
          claim = "";
          state = State.OWNED;
          writtenEpoch = t.epoch();
          writtenNext = t.next();
          owner.owned(t.next());
        } else if (t.epoch() >= claimEpoch) {
          sync();
        }
      }
      case OWNED -> {
        state = State.WAITING;
        owner.lost();
        sync();
      }
      case LEAVING -> {
        if (mine) {
          claim = "";
          leave();
        } else {
          sync();
        }
      }
    }
  }

  private void sync() {
    state = State.SYNCING;
    claim = "";
    mark();
  }

  /** Gives the token to the next member in line. */
  private void leave() {
    List<Long> tags = new ArrayList<>(kept);
    kept.clear();
    tags.addAll(foreign);
    foreign.clear();
    if (best != null) {
      tags.add(bestTag);
    }
    best = null;
    marker = "";
    state = State.WAITING;
    port.giveBack(tags);
  }

  boolean isOwned() {
    return state == State.OWNED;
  }

  /** Returns whether this member waits for others to let go. */
  boolean isWaiting() {
    return state == State.WAITING;
  }

  /**
   * Returns the name of its own message without which it cannot go on, though it is the one that
   * gets messages; empty when there is none.
   */
  String expected() {
    return switch (state) {
      case SYNCING -> marker;
      case CLAIMING, LEAVING -> claim;
      case WAITING, OWNED -> "";
    };
  }

  /** Returns the committed position of an owned partition. */
  long committed() {
    Token b = best;
    return b == null ? Token.NO_COMMIT : b.next();
  }

  /** Keeps a message that only an owner can answer; it goes along with the token. */
  void keep(long tag) {
    kept.add(tag);
  }

  /** Takes a kept message back; false when it went along with the token. */
  boolean forget(long tag) {
    return kept.remove(tag);
  }

  /** Commits; a position that goes back needs an epoch of its own. */
  void commit(long next, CommitCallback callback) {
    if (state != State.OWNED) {
      callback.done(fenced());
      return;
    }
    if (next < writtenNext) {
      writtenEpoch++;
    }
    writtenNext = next;
    write(callback);
  }

  /** Writes the token anew, because the broker takes back what is held for long. */
  void refresh() {
    if (state == State.OWNED) {
      write(e -> {});
    }
  }

  private void write(CommitCallback callback) {
    String by = name();
    commits.put(by, callback);
    port.publish(new Token(writtenEpoch, writtenNext, by, null));
  }

  /** Gives an owned partition to another member, once all commits are through. */
  void handOver(String to) {
    if (state == State.OWNED) {
      state = State.LEAVING;
      claim = name();
      port.publish(new Token(writtenEpoch, writtenNext, claim, to));
    }
  }

  /** The channel is gone, and with it everything this lease held or waited for. */
  void gone(MqException why) {
    boolean owned = state == State.OWNED;
    state = State.WAITING;
    best = null;
    marker = "";
    claim = "";
    kept.clear();
    foreign.clear();
    List<CommitCallback> open = new ArrayList<>(commits.values());
    commits.clear();
    if (owned) {
      owner.lost();
    }
    open.forEach(c -> c.done(why));
  }

  static MqException fenced() {
    return new MqException(ErrorCode.FENCED, "commit: the partition is not owned by this member");
  }
}
