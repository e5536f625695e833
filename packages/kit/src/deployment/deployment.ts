import type { Bus } from "@mailfleet/bus";
import { type DeploymentMark, subjects } from "@mailfleet/contracts";
import type { CollectionDeclaration } from "../document/indexes.ts";
import { newId } from "../ids/ids.ts";
import { heldBecause, type Marks } from "./held.ts";

/** The one document that says which deployment a database belongs to. All services read it and move its beat. */
export const deploymentCollection = { name: "deployment", indexes: [] } as const satisfies CollectionDeclaration;

/** The mark in the database. `@mailfleet/store` has one. */
export interface DeploymentStore {
  /** As the majority has it; `null` in a new database. */
  read(): Promise<DeploymentMark | null>;
  /** One beat further; `null` if the database has another id or epoch by now. */
  beat(mark: DeploymentMark): Promise<DeploymentMark | null>;
  /** Writes this mark if there is none yet, else leaves what is there. Returns what is there. */
  make(mark: DeploymentMark): Promise<DeploymentMark>;
  /** Puts `next` in the place of `before`; false if another was faster. */
  replace(before: DeploymentMark, next: DeploymentMark): Promise<boolean>;
}

/** Both places in which a deployment is marked. */
export interface DeploymentPlaces {
  readonly bus: Pick<Bus, "latest" | "putBehind">;
  readonly deployment: DeploymentStore;
}

/** Both marks, and the place of the one in NATS. NATS is read first: what grows in between grows in the database first. */
export async function readMarks({ bus, deployment }: DeploymentPlaces): Promise<Marks & { readonly sequence: number }> {
  const last = await bus.latest("DEPLOYMENT", subjects.deploymentMark(), "deployment.mark.v1");
  return { known: last?.body ?? null, sequence: last?.sequence ?? 0, own: await deployment.read() };
}

/** Tells NATS the mark of the database, behind the one that was read there. False: another was faster. */
export async function tellMark(
  { bus }: Pick<DeploymentPlaces, "bus">,
  { id, epoch, beat }: DeploymentMark,
  { sequence, at }: { readonly sequence: number; readonly at: number },
): Promise<boolean> {
  const where = { subject: subjects.deploymentMark(), type: "deployment.mark.v1" };
  return bus.putBehind({ id: `${id}:${epoch}:${beat}`, ...where, at, body: { id, epoch, beat } }, sequence);
}

/** The mark of a database that is new, before NATS knows it. */
export const newMark = (): DeploymentMark => ({ id: newId("dp"), epoch: 1, beat: 0 });

/** Tells a NATS that is new the mark of a database that is new. Else it does nothing. */
export async function markNew(places: DeploymentPlaces, at: number): Promise<void> {
  const { known, own, sequence } = await readMarks(places);
  if (known || (own && own.beat > 0)) return;
  await tellMark(places, own ?? (await places.deployment.make(newMark())), { sequence, at });
}

/**
 * Looks whether a database and NATS belong together, and moves the beat one further in both if nobody else has since
 * the last look. Answers with the reason why they do not; `null` if they do.
 */
export function keepMark(places: DeploymentPlaces, now: () => number): () => Promise<string | null> {
  let seen = -1;
  return async () => {
    const marks = await readMarks(places);
    const held = heldBecause(marks);
    if (held !== null || !marks.own) return held;
    const isOurTurn = marks.own.beat === seen || seen < 0;
    const next = isOurTurn ? await places.deployment.beat(marks.own) : marks.own;
    seen = (next ?? marks.own).beat;
    if (isOurTurn && next) await tellMark(places, next, { sequence: marks.sequence, at: now() });
    return null;
  };
}
