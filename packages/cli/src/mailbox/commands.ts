import type { Command } from "commander";
import type { Cli } from "../cli.ts";
import type { ParticularCommands } from "../noun/commands.ts";
import type { ShownMailbox } from "../shown.ts";
import { addMailboxBulkCommands, bulkVerbs } from "./bulk.ts";
import { addSignInCommands } from "./sign-in.ts";
import { approvalFacts, directionFacts, grantFacts, stateLine } from "./words.ts";

interface MailboxOptions {
  owner?: string;
  inbound?: string;
  outbound?: string;
}

/** `mailfleet mailbox …` beyond the declaration; every command takes id or address. */
export const mailboxCommands: ParticularCommands = {
  line: stateLine,
  facts: {
    approval: approvalFacts,
    directions: directionFacts,
    grant: ({ signInUrl, grant }: ShownMailbox) => (signInUrl ? grantFacts(grant ?? null) : []),
    signInUrl: ({ signInUrl }: ShownMailbox) => (signInUrl ? [["  link to sign in", signInUrl]] : []),
    unavailable: ({ unavailable }: ShownMailbox) =>
      unavailable.length > 0 ? [["not answering", unavailable.join(", ")]] : [],
  },
  addFlags: (command: Command) =>
    void command
      .option("--owner <address>", "the person who owns the mailbox and is told about it")
      .option("--inbound <server-side|none>", "how mail is received")
      .option("--outbound <server-side|none>", "how mail is sent"),
  fields: async (_cli: Cli, { owner, inbound, outbound }: MailboxOptions, before) => {
    const methods = (before as ShownMailbox | undefined)?.deliveryMethods;
    const usual = { inbound: "server-side", outbound: "server-side", act: "none" };
    const named = { ...(inbound ? { inbound } : {}), ...(outbound ? { outbound } : {}) };
    return {
      ...(owner === undefined ? {} : { owner: { email: owner } }),
      ...((inbound ?? outbound) ? { deliveryMethods: { ...(methods ?? usual), ...named } } : {}),
    };
  },
  own: bulkVerbs,
  addCommands: (group, cli) => {
    addSignInCommands(group, cli);
    addMailboxBulkCommands(group, cli);
  },
};
