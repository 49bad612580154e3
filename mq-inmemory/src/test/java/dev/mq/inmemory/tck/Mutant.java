package dev.mq.inmemory.tck;

import static java.util.Objects.requireNonNull;

import dev.mq.api.Capabilities;
import dev.mq.api.Capability;
import dev.mq.api.Message;
import dev.mq.api.Positions;
import dev.mq.spi.BackendQueue;
import dev.mq.spi.DeliveryBatch;
import dev.mq.spi.PublishBatch;
import dev.mq.spi.PublishTarget;
import dev.mq.spi.SettleBatch;
import dev.mq.spi.SettleOutcome;
import dev.mq.spi.SubscribeOptions;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Ways to break the embedded engine, each with the test that must notice and what it must say. */
@SuppressWarnings("ImmutableEnumChecker") // makers are references to static methods
enum Mutant {
  LOSES_ONE_IN_A_THOUSAND(
      "everyConfirmedMessageIsDeliveredOnce", "confirmed and lost", Mutant::losing),
  STORES_ONE_IN_A_THOUSAND_TWICE(
      "everyConfirmedMessageIsDeliveredOnce", "stored more than once", Mutant::doubling),
  ROUTES_TO_ANOTHER_QUEUE("directRoutesEqualKeysOnly", "let through", Mutant::misrouting),
  SWAPS_NEIGHBOURS("sendsFromOneThreadAreStoredInTheirOrder", "order broken", Mutant::swapping),
  IGNORES_PREFETCH("aConsumerNeverHoldsMoreThanItsPrefetch", "prefetch of 5", Mutant::greedy),
  STOPS_AT_FIVE("aProgramMayHoldSomeWhileMoreArrive", "while 5 of at least", Mutant::stingy),
  FORGETS_ACKS("whatWasAckedAndSettledNeverComesBack", "although acked", Mutant::forgetful),
  FORGETS_THAT_IT_DELIVERED(
      "whatAKilledClientHeldComesAgainFlagged", "flagged redelivered", Mutant::unflagged),
  RETRIES_AT_ONCE(
      "aRetryIsNeverEarlyAndOthersGoOnMeanwhile", "with a backoff of", Mutant::impatient),
  COMMITS_THE_LAST_INSTEAD_OF_THE_NEXT(
      "aCommitNamesTheNextToReadAndANewMemberStartsThere", "committed by one", Mutant::offByOne),
  SEEKS_BEHIND_THE_OFFSET(
      "readingFromAnOffsetStartsExactlyThere", "reader from offset", Mutant::seekingLate),
  SPOILS_BYTES("bodiesArriveEqualFromNoneToEveryByteAndLarge", "message 2", Mutant::textual),
  GIVES_EVERY_MESSAGE_A_NEW_ID(
      "aMessageThatWasSentAgainIsHandledOnceByAConsumerThatDeduplicates",
      "twice 0",
      Mutant::renaming),
  LOSES_CORRELATION_IDS(
      "everyRequesterGetsTheReplyToItsOwnRequest", "reply 0", Mutant::uncorrelated),
  SEES_BINDINGS_LATE(
      "aBindConfirmedInOneBrokerRoutesTheNextPublishOfAnother", "was confirmed, yet", Mutant::late),
  HIDES_A_CAPABILITY(
      "oneSerialConsumerGetsTheOrderOfThePublisher", "queue-fifo", Mutant::undeclared);

  private final String test;
  private final String says;
  private final Supplier<Mutation> maker;

  Mutant(String test, String says, Supplier<Mutation> maker) {
    this.test = test;
    this.says = says;
    this.maker = maker;
  }

  /** Returns how the configuration names it. */
  String key() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** Returns the test method that must fail. */
  String test() {
    return test;
  }

  /** Returns what its message must contain. */
  String says() {
    return says;
  }

  Mutation make() {
    return maker.get();
  }

  private static Mutation losing() {
    return oneInAThousand(
        (batch, i) -> {
          batch.confirmed(i, batch.partition(i), PublishBatch.NO_OFFSET);
          return ChangedBatch.without(batch, i);
        });
  }

  private static Mutation doubling() {
    return oneInAThousand(ChangedBatch::twice);
  }

  /** Changes a batch at one of its messages. */
  private interface Change {
    PublishBatch at(PublishBatch batch, int index);
  }

  private static Mutation oneInAThousand(Change change) {
    AtomicInteger count = new AtomicInteger();
    return new Mutation() {
      @Override
      public PublishBatch published(PublishBatch batch) {
        for (int i = 0; i < batch.size(); i++) {
          if (count.incrementAndGet() % 1000 == 0) {
            return change.at(batch, i);
          }
        }
        return batch;
      }
    };
  }

  private static Mutation misrouting() {
    AtomicReference<@Nullable PublishTarget> first = new AtomicReference<>();
    return new Mutation() {
      @Override
      public PublishBatch published(PublishBatch batch) {
        for (int i = 0; i < batch.size(); i++) {
          if (batch.target(i) instanceof BackendQueue queue
              && !batch.message(i).id().startsWith("sentinel")
              && !first.compareAndSet(null, queue)) {
            return ChangedBatch.redirected(batch, i, requireNonNull(first.get()));
          }
        }
        return batch;
      }
    };
  }

  private static Mutation swapping() {
    return new Mutation() {
      @Override
      public void received(DeliveryBatch from, DeliveryBatch to) {
        boolean swaps = from.size() > 3;
        for (int i = 0; i < from.size(); i++) {
          int source = swaps && i == 1 ? 2 : swaps && i == 2 ? 1 : i;
          Mutation.hand(from, source, from.attempt(source), to);
        }
      }
    };
  }

  private static Mutation greedy() {
    return new Mutation() {
      @Override
      public SubscribeOptions subscribed(SubscribeOptions o) {
        return new SubscribeOptions(
            o.consumer(), o.prefetch() * 20, o.concurrency(), o.settleOnReceive());
      }
    };
  }

  private static Mutation stingy() {
    return new Mutation() {
      @Override
      public SubscribeOptions subscribed(SubscribeOptions o) {
        return new SubscribeOptions(
            o.consumer(), Math.min(o.prefetch(), 5), o.concurrency(), o.settleOnReceive());
      }
    };
  }

  private static Mutation forgetful() {
    return new Mutation() {
      @Override
      public SettleBatch settled(SettleBatch batch) {
        return new ChangedSettlements(batch, SettleOutcome.ACK, SettleOutcome.RELEASE, false);
      }
    };
  }

  private static Mutation unflagged() {
    return new Mutation() {
      @Override
      public void received(DeliveryBatch from, DeliveryBatch to) {
        for (int i = 0; i < from.size(); i++) {
          Mutation.hand(from, i, 1, to);
        }
      }
    };
  }

  private static Mutation impatient() {
    return new Mutation() {
      @Override
      public SettleBatch settled(SettleBatch batch) {
        return new ChangedSettlements(batch, SettleOutcome.RETRY, SettleOutcome.RETRY, true);
      }
    };
  }

  private static Mutation offByOne() {
    return new Mutation() {
      @Override
      public Positions committed(Positions positions) {
        Map<Integer, Long> last = new TreeMap<>();
        positions.offsets().forEach((p, o) -> last.put(p, Math.max(0, o - 1)));
        return Positions.of(last);
      }
    };
  }

  private static Mutation seekingLate() {
    return new Mutation() {
      @Override
      public long sought(long offset) {
        return offset == 0 ? 0 : offset + 1;
      }
    };
  }

  private static Mutation textual() {
    return onEach(
        m ->
            m.hasBody()
                ? m.toBuilder().bodyUnsafe(m.text().getBytes(StandardCharsets.UTF_8)).build()
                : m);
  }

  private static Mutation renaming() {
    AtomicInteger count = new AtomicInteger();
    return onEach(m -> m.toBuilder().id("new-" + count.incrementAndGet()).build());
  }

  private static Mutation uncorrelated() {
    return onEach(m -> m.toBuilder().correlationId(null).build());
  }

  private static Mutation onEach(UnaryOperator<Message> change) {
    return new Mutation() {
      @Override
      public PublishBatch published(PublishBatch batch) {
        return ChangedBatch.mapped(batch, change);
      }
    };
  }

  private static Mutation late() {
    return new Mutation() {
      @Override
      public boolean seesBindingsLate() {
        return true;
      }
    };
  }

  private static Mutation undeclared() {
    return new Mutation() {
      @Override
      public Capabilities capabilities(Capabilities declared) {
        Capabilities.Builder fewer = Capabilities.builder("mutant");
        for (Capability<?> c : Capability.all()) {
          if (c != Capability.QUEUE_FIFO) {
            copy(c, declared, fewer);
          }
        }
        return fewer.build();
      }
    };
  }

  private static <T> void copy(Capability<T> c, Capabilities from, Capabilities.Builder to) {
    from.value(c).ifPresent(value -> to.with(c, value));
  }
}
