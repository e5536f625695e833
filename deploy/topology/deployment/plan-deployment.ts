import type { TopologyStep } from "@mailfleet/contracts";
import { type DeploymentPlaces, heldBecause, markNew, newMark, readMarks } from "@mailfleet/kit";

/** What is to be done about the mark of the deployment: `first` before anything else is made, `last` when streams are there. */
export interface DeploymentSteps {
  readonly first: readonly TopologyStep[];
  readonly last: readonly TopologyStep[];
}

const what = "deployment";

/**
 * What is to be done so that database and NATS know which deployment they belong to. A mark is made by itself only in a
 * database in which nothing of ours is: one with data and without a mark is a backup, or a part of one. What is held
 * only a person decides.
 */
export async function planDeployment(places: DeploymentPlaces, isNewDatabase: boolean): Promise<DeploymentSteps> {
  const marks = await readMarks(places);
  const { own, known } = marks;
  const held = heldBecause(marks);
  if (held === null) return { first: [], last: [] };
  const keep = (why: string): DeploymentSteps => ({ first: [], last: [{ does: "keep", what, why }] });
  if (known || (own && own.beat > 0)) return keep(held);
  if (!own && !isNewDatabase)
    return keep(
      "Held: this database has data and belongs to no deployment: it is an older backup, or a part of one (`mailfleet deployment confirm`)",
    );
  const make = { does: "make", what } as const;
  return {
    first: own ? [] : [{ ...make, why: "the deployment has no id", run: () => places.deployment.make(newMark()) }],
    last: [{ ...make, why: "NATS does not know the deployment", run: () => markNew(places, Date.now()) }],
  };
}
