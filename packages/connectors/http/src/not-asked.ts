import { FailureError } from "@mailfleet/contracts";

/** There was nothing to sign in with. No request is under way, and one that went before was refused. */
export class NotAskedError extends FailureError {}

/** What to sign in with. Throws `NotAskedError` for a failure to get it. */
export async function credential<Value>(getting: Promise<Value>): Promise<Value> {
  try {
    return await getting;
  } catch (error) {
    throw error instanceof FailureError ? new NotAskedError(error.failure, { cause: error }) : error;
  }
}
