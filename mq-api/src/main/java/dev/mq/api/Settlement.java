package dev.mq.api;

/** What a settling verb can say at once, from what is known in this process. */
public enum Settlement {
  /** This call settled the delivery; {@link Delivery#settled()} has the broker's word. */
  ACCEPTED,
  /** An earlier call settled it; this one did nothing. */
  ALREADY_SETTLED,
  /** The lease was lost, so the message is or will be delivered again; this call did nothing. */
  LEASE_LOST
}
