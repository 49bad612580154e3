/** Logs and groups on a real RabbitMQ, and tests of what they are made of. */
package dev.mq.rabbit.stream;
