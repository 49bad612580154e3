package dev.mq.tck;

import org.junit.jupiter.api.ClassOrderer;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.TestClassOrder;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * The whole kit as one class. A backend's tests extend it once, and whatever runs JUnit tests runs
 * it, an IDE included:
 *
 * <pre>{@code
 * class DirTck extends MqTck {
 *   @Override
 *   protected Harness harness() {
 *     return Harness.of("dir").config("mq.dir.path", path);
 *   }
 * }
 * }</pre>
 *
 * <p>What runs is decided by the capabilities that the backend declares. A test whose capability is
 * missing is aborted with the reason, and only when {@link Harness#notRun} names it; using a
 * missing capability has to be refused, which is a test of its own (B-09).
 *
 * <p>System properties: {@code mq.tck.timeScale} multiplies all deadlines, {@code mq.tck.seed}
 * repeats the random choices of a run.
 */
@ExtendWith(KitExtension.class)
@DisplayNameGeneration(GuaranteeNames.class)
@TestClassOrder(ClassOrderer.OrderAnnotation.class)
public abstract class MqTck {
  /** Returns what the kit has to know of the backend; called once per run. */
  protected abstract Harness harness();

  /** What may be used, and what is refused. */
  @Nested
  class Capabilities extends CapabilityVerification {}

  /** Declaring, deleting, purging. */
  @Nested
  class Topologies extends TopologyVerification {}

  /** Which queues a message reaches. */
  @Nested
  class Routing extends RoutingVerification {}

  /** Routing when bindings change, and on random topologies. */
  @Nested
  class RoutingChanges extends RoutingChangeVerification {}

  /** What arrives of what was published, and how a publish ends. */
  @Nested
  class Producing extends ProducingVerification {}

  /** What a message is when it arrives. */
  @Nested
  class Fidelity extends FidelityVerification {}

  /** Acknowledging, releasing, losing the consumer. */
  @Nested
  class Settlement extends SettlementVerification {}

  /** Failures, retries, dead letters. */
  @Nested
  class Retries extends RetryVerification {}

  /** Prefetch, concurrency, order, leases. */
  @Nested
  class Consuming extends ConsumingVerification {}

  /** Requests and replies. */
  @Nested
  class Requests extends RequestVerification {}

  /** Appending and reading. */
  @Nested
  class Logs extends LogVerification {}

  /** Groups: who reads what, from where. */
  @Nested
  class Groups extends GroupVerification {}

  /** Groups: members that come, go and die. */
  @Nested
  class Members extends MemberVerification {}

  /** The broker dies and comes back. */
  @Nested
  @Order(Integer.MAX_VALUE)
  class Restarts extends RestartVerification {}
}
