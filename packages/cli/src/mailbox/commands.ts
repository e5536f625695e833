import type { HistoryEntry } from "@mailfleet/contracts";
import type { ParticularCommands } from "../noun/commands.ts";
import type { Shown, ShownMailbox } from "../shown.ts";
import { addMailboxBulkCommands, bulkVerbs, updateMany } from "./bulk.ts";
import { addEraseCommand } from "./erase.ts";
import { addExportCommand } from "./export.ts";
import { historyColumns } from "./history.ts";
import { addImportCommand } from "./import.ts";
import { addMoveCommand } from "./move.ts";
import { addPreviewCommand } from "./preview.ts";
import { addSignInCommands } from "./sign-in.ts";
import { approvalFacts, directionFacts, grantFacts, stateLine } from "./words.ts";

/** `mailfleet mailbox …` beyond the declaration; every command takes id or address. */
export const mailboxCommands: ParticularCommands = {
  line: stateLine,
  consequence: (before: ShownMailbox, { lifecycle, address }: ShownMailbox) =>
    lifecycle === "pendingApproval" && before.lifecycle !== "pendingApproval"
      ? `It has stopped: with another address or owner it needs approval again (mailfleet mailbox approve ${address}).`
      : undefined,
  facts: {
    approval: approvalFacts,
    directions: directionFacts,
    grant: ({ signInUrl, grant }: ShownMailbox) => (signInUrl ? grantFacts(grant ?? null) : []),
    signInUrl: ({ signInUrl }: ShownMailbox) => (signInUrl ? [["  link to sign in", signInUrl]] : []),
    unavailable: ({ unavailable }: ShownMailbox) =>
      unavailable.length > 0 ? [["not answering", unavailable.join(", ")]] : [],
  },
  answers: {
    history: (cli, { items }: { items: Shown<HistoryEntry>[] }) => cli.list(items, historyColumns),
  },
  own: bulkVerbs,
  many: updateMany,
  addCommands: (group, cli) => {
    addSignInCommands(group, cli);
    addMailboxBulkCommands(group, cli);
    addImportCommand(group, cli);
    addExportCommand(group, cli);
    addMoveCommand(group, cli);
    addPreviewCommand(group, cli);
    addEraseCommand(group, cli);
  },
};
