import { z } from "zod";
import { DeploymentId } from "../ids.ts";

/**
 * Which deployment a database and a NATS belong to: the same in both. `epoch` grows each time that an administrator
 * confirms it anew; `beat` grows while it works, in MongoDB first, so NATS never knows a later one than the database.
 */
export const DeploymentMark = z.object({
  id: DeploymentId,
  epoch: z.number().int().min(1),
  beat: z.number().int().min(0),
});
export type DeploymentMark = z.output<typeof DeploymentMark>;
