/** A rough driver that shows that the driver contract carries Kafka; not the product. */
@NullMarked
package dev.mq.kafka.spike;

import org.jspecify.annotations.NullMarked;
