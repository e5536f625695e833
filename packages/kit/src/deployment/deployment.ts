import type { Bus } from "@mailfleet/bus";
import { type DeploymentMark, subjects } from "@mailfleet/contracts";
import type { CollectionDeclaration } from "../document/indexes.ts";
import { newId } from "../ids/ids.ts";
import { heldBecause } from "./held.ts";

/** The one document that says which deployment a database belongs to. All services read it, the scheduler writes it. */
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
  readonly bus: Pick<Bus, "latest" | "publish">;
  readonly deployment: DeploymentStore;
}

/** Both marks. NATS is read first: what grows in between grows in the database first. */
export async function readMarks({ bus, deployment }: DeploymentPlaces) {
  const known = await bus.latest("DEPLOYMENT", subjects.deploymentMark(), "deployment.mark.v1");
  return { known, own: await deployment.read() };
}

/** Why nothing may be polled or sent here; `null`: this database and this NATS belong together. */
export async function whyHeld(places: DeploymentPlaces): Promise<string | null> {
  return heldBecause(await readMarks(places));
}

/** Tells NATS the mark of the database. */
export async function tellMark({ bus }: Pick<DeploymentPlaces, "bus">, mark: DeploymentMark, at: number) {
  const { id, epoch, beat } = mark;
  await bus.publish({
    id: `${id}:${epoch}:${beat}`,
    ...{ subject: subjects.deploymentMark(), type: "deployment.mark.v1", at, body: { id, epoch, beat } },
  });
}

/** Marks a database and a NATS that are both new, or finishes what a crash has left of that. Else it does nothing. */
export async function markNew(places: DeploymentPlaces, at: number): Promise<void> {
  const { known, own } = await readMarks(places);
  if (known || (own && own.beat > 0)) return;
  const mark = own ?? (await places.deployment.make({ id: newId("dp"), epoch: 1, beat: 0 }));
  await tellMark(places, mark, at);
}

/** One beat further in both, unless they do not belong together. */
export async function beat(places: DeploymentPlaces, at: number): Promise<void> {
  const { known, own } = await readMarks(places);
  if (!own || heldBecause({ known, own })) return;
  const next = await places.deployment.beat(own);
  if (next) await tellMark(places, next, at);
}
