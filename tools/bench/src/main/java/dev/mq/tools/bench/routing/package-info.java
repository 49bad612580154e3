/** Benchmarks of the routing tables, each beside a naive matcher where that ends in reasonable time. */
@NullMarked
package dev.mq.tools.bench.routing;

import org.jspecify.annotations.NullMarked;
