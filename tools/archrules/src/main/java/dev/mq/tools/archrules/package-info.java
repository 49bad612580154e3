/** Architecture rules of this project, checked by the {@code ArchitectureTest} of each module. */
@NullMarked
package dev.mq.tools.archrules;

import org.jspecify.annotations.NullMarked;
