import type { DeploymentMark } from "@mailfleet/contracts";

/** What the database says of itself, and what NATS knows. */
export interface Marks {
  readonly own: DeploymentMark | null;
  readonly known: DeploymentMark | null;
}

/**
 * Why this database and this NATS do not belong together; `null` if they do. Nothing is polled or sent then: the
 * database may be a copy whose original works on, or a backup that does not know what was sent since.
 */
export function heldBecause({ own, known }: Marks): string | null {
  if (!known && (!own || own.beat === 0)) return "This deployment has no id yet; run `mailfleet topology apply`";
  const reason = difference(own, known);
  return (
    reason &&
    `Held: ${reason}. Nothing is polled or sent until an administrator says what it is (\`mailfleet deployment show\`)`
  );
}

function difference(own: DeploymentMark | null, known: DeploymentMark | null): string | null {
  if (!own) return `NATS belongs to deployment ${known?.id}, and this database to none`;
  if (!known) return `NATS does not know deployment ${own.id}: NATS is new, or this database is a copy`;
  if (own.id !== known.id) return `this database belongs to deployment ${own.id}, and NATS to ${known.id}`;
  if (own.epoch > known.epoch)
    return `deployment ${own.id} was confirmed with another NATS (epoch ${own.epoch}, this NATS knows ${known.epoch})`;
  if (own.epoch < known.epoch)
    return `this database is from before deployment ${own.id} was confirmed last (epoch ${own.epoch}, NATS knows ${known.epoch})`;
  if (own.beat < known.beat)
    return `this database of deployment ${own.id} is older than what NATS has seen (beat ${own.beat} of ${known.beat}): it was restored from a backup`;
  return null;
}
