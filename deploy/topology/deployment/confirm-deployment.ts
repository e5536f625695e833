import { setTimeout } from "node:timers/promises";
import { forgetOrganisation } from "@mailfleet/config/restore";
import { type DeploymentMark, ProblemError } from "@mailfleet/contracts";
import { type DeploymentPlaces, heldBecause, newMark, readMarks, tellMark } from "@mailfleet/kit";
import { holdUnfinished } from "@mailfleet/outbound-send/restore";
import type { Store } from "@mailfleet/store";

/** What an administrator says of a database that is held. */
export interface Confirmation {
  /** `same`: the deployment itself, restored or with a new NATS. `copy`: another deployment from now on. */
  readonly as: "same" | "copy";
  /** `hold`: sends that were not finished become uncertain. `again`: they go out, perhaps a second time. */
  readonly sends: "hold" | "again";
}

/** What was done. */
export interface Confirmed {
  readonly mark: DeploymentMark;
  readonly heldSends: number;
}

/** Longer than from one beat of a working service to the next. */
const watchMs = 11_000;

/**
 * Ends the hold. The mark is claimed first, so that a deployment that works on this database loses it before anything
 * else is written; NATS is told last, so that after a crash it is still held. Throws `ProblemError`
 * (NOT_POSSIBLE_NOW), having done nothing, where nothing is held, where something works on the database, or where the
 * answer cannot be true.
 */
export async function confirmDeployment(
  { bus, store }: { readonly bus: DeploymentPlaces["bus"]; readonly store: Store },
  { as, sends }: Confirmation,
  { at, watch = watchMs }: { readonly at: number; readonly watch?: number },
): Promise<Confirmed> {
  const { deployment } = store;
  const marks = await readMarks({ bus, deployment });
  const { own, known, sequence } = marks;
  const held = heldBecause(marks);
  if (held === null) throw refusal("Nothing is held: this database and this NATS belong together.", "Nothing to do.");
  if (own && known && known.id !== own.id)
    throw refusal(held, "Name the NATS of this deployment in MAILFLEET_NATS_URL, or give it a new, empty one.");
  if (known && as === "copy")
    throw refusal(
      `This NATS belongs to deployment ${known.id}, the original.`,
      "Give the copy a NATS of its own, run `mailfleet topology apply` there, then confirm.",
    );
  await setTimeout(watch);
  if ((await deployment.read())?.beat !== own?.beat) throw refusal(worksOn, stopAll);
  const id = as === "copy" ? undefined : (own ?? known)?.id;
  const mark = id
    ? { id, epoch: later(own?.epoch, known?.epoch), beat: later(own?.beat, known?.beat) }
    : { ...newMark(), beat: 1 };
  const isOurs = own ? await deployment.replace(own, mark) : (await deployment.make(mark)).id === mark.id;
  if (!isOurs) throw refusal(worksOn, stopAll);
  const heldSends = sends === "hold" ? await holdUnfinished(store, at) : 0;
  if (as === "copy") await forgetOrganisation(store);
  if (!(await tellMark({ bus }, mark, { sequence, at }))) throw refusal("NATS was told something else.", stopAll);
  return { mark, heldSends };
}

const later = (own = 0, known = 0) => Math.max(own, known) + 1;
const worksOn = "Something works on this database: its beat moves.";
const stopAll = "Check MAILFLEET_MONGO_DB. If it is the right one, stop all services, then confirm again.";

const refusal = (why: string, remedy: string) => new ProblemError("NOT_POSSIBLE_NOW", `${why} ${remedy}`, { remedy });
