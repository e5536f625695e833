import { z } from "zod";
import { Instant } from "../ids.ts";
import { field } from "../noun/field.ts";
import { noun } from "../noun/noun.ts";
import { operation } from "../noun/operation.ts";
import { shownOf } from "../noun/shapes.ts";

const fields = {
  name: field(z.string(), "unique for its owner, e.g. a direction", { label: true }),
  due: field(Instant, "when it fires next"),
  everyMs: field(z.number().int().nullable(), "how often it fires then; null: once"),
  delivers: field(z.string(), "the subject of the message that it sends"),
  generation: field(z.number().int().nullable(), "the generation that the message carries"),
};

/** What is waited for. It is set and cleared by messages on TIMERS (`messages.ts`), not by requests. */
export const timer = noun("timer", {
  owner: "scheduler",
  id: z.string(),
  text: "what a mailbox or a send waits for",
  fields,
  standard: [],
  operations: {
    list: operation({
      text: "List what an owner waits for",
      kind: "internal",
      input: { owner: z.string().max(64).describe("id of a mailbox or a send") },
      answer: z.object({ items: z.array(shownOf(fields)) }),
    }),
  },
});
