import type { Sealed, Subscription } from "@mailfleet/contracts";

/** A secret that signs, sealed. */
export interface SigningSecret {
  readonly secret: Sealed;
  readonly setAt: number;
  /** Of a former one: it signs until then, so that receivers can change theirs without a gap. */
  readonly until?: number;
}

/** A subscription. How far it has come is kept apart (`Place`), because that changes with each fact. */
export interface SubscriptionBody
  extends Readonly<Omit<Subscription, "id" | "v" | "createdAt" | "changedAt" | "signingSecret">> {
  /** The present one first. */
  readonly signing: readonly SigningSecret[];
}

/** The collection of subscriptions. */
export const subscriptionCollection = "subscriptions";
