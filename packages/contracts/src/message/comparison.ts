import { z } from "zod";
import { Instant, ProfileId } from "../ids.ts";
import { ShownFailure } from "../mailbox/shown.ts";

const count = z.number().int();

/** What lies in a mailbox's inbox as another profile reaches it, beside what was handed over. */
export const Comparison = z.object({
  profileId: ProfileId.nullable().describe("the profile by which the inbox was read; null: it was never compared"),
  begunAt: Instant.nullable(),
  endedAt: Instant.nullable().describe("null: not yet"),
  has: count.describe("how many messages are there"),
  known: count.describe("how many of them were handed over before"),
  fresh: count.describe("how many would be handed over as new"),
  older: count.describe("how many came before the date from which mail is received"),
  refused: count.describe("how many the server does not give"),
  handedOver: count.describe("how many messages of the mailbox were handed over so far"),
  failure: ShownFailure.nullable().describe("why the inbox could not be read"),
});
export type Comparison = z.output<typeof Comparison>;
