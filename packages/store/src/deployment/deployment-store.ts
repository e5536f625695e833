import type { DeploymentMark } from "@mailfleet/contracts";
import { type DeploymentStore, deploymentCollection } from "@mailfleet/kit";
import type { Db } from "mongodb";
import { isDuplicateKey } from "../outage.ts";

type MarkDocument = DeploymentMark & { readonly _id: "deployment" };
const _id = "deployment";

/** The mark of the deployment in MongoDB: one document. */
export function createDeploymentStore(db: Db): DeploymentStore {
  const marks = db.collection<MarkDocument>(deploymentCollection.name);
  const read = async (): Promise<DeploymentMark | null> => {
    const found = await marks.findOne({ _id });
    return found && { id: found.id, epoch: found.epoch, beat: found.beat };
  };
  return {
    read,
    beat: async ({ id, epoch }) => {
      const after = await marks.findOneAndUpdate(
        { _id, id, epoch },
        { $inc: { beat: 1 } },
        { returnDocument: "after", projection: { _id: 0 } },
      );
      return after && { id: after.id, epoch: after.epoch, beat: after.beat };
    },
    make: async (mark) => {
      await marks.insertOne({ _id, ...mark }).catch((error: unknown) => {
        if (!isDuplicateKey(error)) throw error;
      });
      return (await read()) ?? mark;
    },
    replace: async (before, next) => {
      const { matchedCount } = await marks.replaceOne({ _id, ...before }, next);
      return matchedCount === 1;
    },
  };
}
