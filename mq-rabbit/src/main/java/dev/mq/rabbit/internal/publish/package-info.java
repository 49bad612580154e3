/** Publishing with confirms. */
@NullMarked
package dev.mq.rabbit.internal.publish;

import org.jspecify.annotations.NullMarked;
