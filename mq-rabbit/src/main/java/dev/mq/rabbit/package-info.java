/** The RabbitMQ backend: exchanges and queues over AMQP 0-9-1, logs over the stream protocol. */
@NullMarked
package dev.mq.rabbit;

import org.jspecify.annotations.NullMarked;
