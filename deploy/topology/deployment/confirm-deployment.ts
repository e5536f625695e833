import { forgetOrganisation } from "@mailfleet/config/restore";
import { type DeploymentMark, ProblemError } from "@mailfleet/contracts";
import { type DeploymentPlaces, heldBecause, newId, readMarks, tellMark } from "@mailfleet/kit";
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

/** Ends the hold. Throws `ProblemError` (NOT_POSSIBLE_NOW), having done nothing, where nothing is held or the answer cannot be true. */
export async function confirmDeployment(
  { bus, store }: { readonly bus: DeploymentPlaces["bus"]; readonly store: Store },
  { as, sends }: Confirmation,
  at: number,
): Promise<Confirmed> {
  const { deployment } = store;
  const marks = await readMarks({ bus, deployment });
  const { own, known } = marks;
  const held = heldBecause(marks);
  if (held === null) throw refusal("Nothing is held: this database and this NATS belong together.", "Nothing to do.");
  if (!own)
    throw refusal(
      held,
      "Name the database of that deployment in MAILFLEET_MONGO_URL, or give this one a NATS of its own.",
    );
  if (known && known.id !== own.id)
    throw refusal(held, "Name the NATS of this deployment in MAILFLEET_NATS_URL, or give it a new, empty one.");
  if (known && as === "copy")
    throw refusal(
      `This NATS belongs to deployment ${known.id}, the original.`,
      "Give the copy a NATS of its own, run `mailfleet topology apply` there, then confirm.",
    );
  const heldSends = sends === "hold" ? await holdUnfinished(store, at) : 0;
  if (as === "copy") await forgetOrganisation(store);
  const mark =
    as === "copy"
      ? { id: newId("dp"), epoch: 1, beat: 1 }
      : { id: own.id, epoch: later(own.epoch, known?.epoch), beat: later(own.beat, known?.beat) };
  if (!(await deployment.replace(own, mark)))
    throw refusal("Something works on this database.", "Stop all services, then confirm again.");
  await tellMark({ bus }, mark, at);
  return { mark, heldSends };
}

const later = (own: number, known = 0) => Math.max(own, known) + 1;

const refusal = (why: string, remedy: string) => new ProblemError("NOT_POSSIBLE_NOW", why, { remedy });
