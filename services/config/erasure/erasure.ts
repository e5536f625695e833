import { erasure, ProblemError } from "@mailfleet/contracts";
import { keep, type Stored } from "@mailfleet/kit";
import type { MailboxBody } from "../mailbox/body.ts";
import type { Ports } from "../ports.ts";
import { type ErasureBody, erasureCollection } from "./body.ts";

/** Keeps erasures: accepted at once, done by the tick `erasures`. Nothing of the mailbox but its id is kept for good. */
export const keptErasures = keep<Ports, ErasureBody>()<typeof erasure, Stored<MailboxBody> | null>(erasure, {
  collection: erasureCollection,
  indexes: [
    { name: "newest", keys: { createdAt: -1, _id: -1 } },
    { name: "running", keys: { nextAt: 1 }, where: { state: "running" } },
  ],
  world: async ({ documents }, { command }) =>
    command ? documents.mailbox.load((command.input as { new: { mailboxId: string } }).new.mailboxId) : null,
  view: ({ _id: id, mailboxId, state, by, createdAt, doneAt, rounds, waitsFor, removed }) => ({
    ...{ id, mailboxId, state, by, createdAt, doneAt, rounds, waitsFor, removed },
  }),
  list: () => ({
    filter: {},
    sort: [
      ["createdAt", -1],
      ["_id", -1],
    ],
  }),
  decide: {
    create: ({ new: { mailboxId, address }, by }, { at, world: mailbox }) => {
      if (!mailbox) throw new ProblemError("NOT_FOUND", `There is no mailbox ${mailboxId}.`);
      const { configuration, status, living } = mailbox;
      if (configuration.address.toLowerCase() !== address.toLowerCase())
        throw new ProblemError("INVALID", "The request is not valid: /address is not the address of this mailbox", {
          errors: [{ pointer: "/new/address", reason: "is not the address of this mailbox" }],
        });
      if (living && /^(enabled|testing)/.test(status.lifecycle))
        throw new ProblemError("NOT_POSSIBLE_NOW", `The mailbox works: it is ${status.lifecycle}.`, {
          remedy: "Disable it first, then erase it.",
        });
      return {
        body: {
          ...{ mailboxId, address: configuration.address, by, state: "running", doneAt: null, rounds: 0 },
          ...{ doneBy: [], nextAt: at, waitsFor: null, removed: {} },
        },
      };
    },
  },
  after: (ports) => ports.kick("erasures"),
});
