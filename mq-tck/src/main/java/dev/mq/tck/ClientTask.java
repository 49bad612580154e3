package dev.mq.tck;

import dev.mq.api.Broker;
import dev.mq.api.CommitMode;
import dev.mq.api.Delivery;
import dev.mq.api.GroupConsumer;
import dev.mq.api.Positions;
import dev.mq.api.Receiver;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/** What a client that will be killed does, the same in this JVM and in a child. */
enum ClientTask {
  /** Takes messages of a queue and holds them: {@code QUEUE COUNT}; says {@code held ID}. */
  HOLD {
    @Override
    void run(Broker broker, List<String> arguments, Consumer<String> say) {
      int count = Integer.parseInt(arguments.get(1));
      Receiver receiver = broker.queue(arguments.get(0)).consumer().prefetch(count).receiver();
      for (int held = 0; held < count; ) {
        Delivery d = receiver.receive(Timing.patience());
        if (d == null) {
          say.accept("gave up with " + held);
          return;
        }
        say.accept("held " + d.message().id());
        held++;
      }
    }
  },

  /**
   * Joins a group and commits once, at the record that is number COUNT: {@code LOG GROUP COUNT};
   * says {@code joined}, {@code record PARTITION OFFSET}, {@code committed PARTITION NEXT}.
   */
  JOIN {
    @Override
    void run(Broker broker, List<String> arguments, Consumer<String> say) {
      int commitAt = Integer.parseInt(arguments.get(2));
      AtomicInteger handled = new AtomicInteger();
      CompletableFuture<GroupConsumer> self = new CompletableFuture<>();
      self.complete(
          broker
              .log(arguments.get(0))
              .group(arguments.get(1))
              .concurrency(1)
              .commit(CommitMode.manual())
              .onAssigned((partitions, seek) -> say.accept("assigned " + partitions))
              .start(
                  r -> {
                    say.accept("record " + r.partition() + " " + r.offset());
                    if (handled.incrementAndGet() == commitAt) {
                      long next = r.offset() + 1;
                      self.join()
                          .commit(Positions.of(r.partition(), next))
                          .toCompletableFuture()
                          .join();
                      say.accept("committed " + r.partition() + " " + next);
                    }
                  }));
      say.accept("joined");
    }
  };

  abstract void run(Broker broker, List<String> arguments, Consumer<String> say);
}
