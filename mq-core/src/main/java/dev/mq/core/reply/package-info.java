/** Request and reply: requesters with a reply queue each, and how a handler answers. */
@NullMarked
package dev.mq.core.reply;

import org.jspecify.annotations.NullMarked;
