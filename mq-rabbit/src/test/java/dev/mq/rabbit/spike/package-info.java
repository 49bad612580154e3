/** A rough RabbitMQ driver that shows that the driver contract carries RabbitMQ; not the product. */
@NullMarked
package dev.mq.rabbit.spike;

import org.jspecify.annotations.NullMarked;
