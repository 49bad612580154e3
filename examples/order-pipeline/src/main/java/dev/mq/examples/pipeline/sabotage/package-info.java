/** A backend that breaks its promises on purpose, so that one sees the demo notice. */
@NullMarked
package dev.mq.examples.pipeline.sabotage;

import org.jspecify.annotations.NullMarked;
