import type { TopologyStep } from "@mailfleet/contracts";
import { type DeploymentPlaces, heldBecause, markNew, readMarks } from "@mailfleet/kit";

/** What is to be done so that database and NATS know which deployment they belong to. What is held only a person decides. */
export async function planDeployment(places: DeploymentPlaces): Promise<TopologyStep[]> {
  const marks = await readMarks(places);
  const held = heldBecause(marks);
  if (held === null) return [];
  const isNew = !marks.known && (!marks.own || marks.own.beat === 0);
  const what = "deployment";
  return isNew
    ? [{ does: "make", what, why: "the deployment has no id in both places", run: () => markNew(places, Date.now()) }]
    : [{ does: "keep", what, why: held }];
}
