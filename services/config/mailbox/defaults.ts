import type { ShownProfile } from "../profile/body.ts";
import type { StoredMailbox } from "./body.ts";
import { planChange } from "./change.ts";
import type { Plan } from "./decide.ts";
import { completeMailbox } from "./new-mailbox.ts";
import type { World } from "./world.ts";

/**
 * The organisation's defaults for a mailbox that there is already: its profile if that is another, the delivery methods
 * of a new one of its kind, and a test if one is asked for.
 */
export function planDefaults(
  document: StoredMailbox,
  { test, profile }: { readonly test: boolean; readonly profile?: ShownProfile | undefined },
  world: World,
  at: number,
): Plan {
  const { kind } = document.configuration;
  const { deliveryMethods } = completeMailbox(
    { kind, deliveryMethods: undefined },
    profile ?? world.profile,
    world.settings,
  );
  const plan = planChange(document, { change: { deliveryMethods }, ...(profile && { profile }) }, world, at);
  return test ? { ...plan, events: [...plan.events, { type: "test", enable: true, byOwner: false, at }] } : plan;
}
