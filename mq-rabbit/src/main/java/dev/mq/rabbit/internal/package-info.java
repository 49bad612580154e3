/** The drivers of the RabbitMQ backend: session, queues, exchanges. */
@NullMarked
package dev.mq.rabbit.internal;

import org.jspecify.annotations.NullMarked;
