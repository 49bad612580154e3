/** Connections to RabbitMQ: addresses, credentials, TLS, recovery, and what errors mean. */
@NullMarked
package dev.mq.rabbit.internal.connect;

import org.jspecify.annotations.NullMarked;
