/**
 * Real brokers for tests, demos and benchmarks: Kafka and RabbitMQ as separate processes on free
 * loopback ports, each with a data directory of its own, ended and removed when the JVM that
 * started them ends.
 *
 * <p>Start one with {@link dev.mq.tools.brokers.LocalKafka#builder()} or {@link
 * dev.mq.tools.brokers.LocalRabbit#builder()}, or let {@link dev.mq.tools.brokers.LocalBrokers}
 * choose between a given address, a local process and a Docker engine.
 */
@NullMarked
package dev.mq.tools.brokers;

import org.jspecify.annotations.NullMarked;
