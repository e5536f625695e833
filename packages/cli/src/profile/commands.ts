import type { Profile } from "@mailfleet/contracts";
import type { ParticularCommands } from "../noun/commands.ts";
import { oauthOf, serversOf } from "./fields.ts";
import { addProfileFlags, profilePointers } from "./flags.ts";

/** `mailfleet profile …` beyond the declaration: servers and OAuth settings, which are replaced whole. */
export const profileCommands: ParticularCommands = {
  facts: {
    mailboxes: ({ mailboxes, maximumMailboxes }: Profile) => [
      ["mailboxes", maximumMailboxes ? `${mailboxes} of ${maximumMailboxes}` : mailboxes],
    ],
    maximumMailboxes: () => [],
  },
  addFlags: addProfileFlags,
  fields: async (cli, options, before) => {
    for (const [pointer, flag] of profilePointers) cli.nameFlag(pointer, flag);
    return { ...(await serversOf(options, before)), ...oauthOf(options, before) };
  },
};
