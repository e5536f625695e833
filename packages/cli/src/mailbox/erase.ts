import { setTimeout as pause } from "node:timers/promises";
import { isPassing } from "@mailfleet/client";
import type { Erasure } from "@mailfleet/contracts";
import type { Command } from "commander";
import { type Cli, wholeNumber } from "../cli.ts";
import { NotOver, UsageError } from "../exit-codes.ts";
import { mailboxPath } from "../paths.ts";
import type { Shown, ShownMailbox } from "../shown.ts";

const lookMs = 500;
type ShownErasure = Shown<Erasure>;

const removedWords = ({ removed }: ShownErasure) =>
  Object.entries(removed)
    .filter(([, count]) => count > 0)
    .map(([what, count]) => `${count} ${what}`)
    .join(", ") || "nothing yet";

/** `mailfleet mailbox erase`: everything about a mailbox, everywhere, for good. */
export function addEraseCommand(group: Command, cli: Cli): void {
  group
    .command("erase <mailbox>")
    .description("erase a mailbox for good, with its mail, secrets and history; it must not be enabled")
    .requiredOption("--confirm <address>", "the address of the mailbox once more")
    .option("--wait", "wait until everything is removed, also what comes late")
    .option("--timeout <seconds>", "how long to wait", wholeNumber("--timeout", 1, 86_400), 1800)
    .action(async (which: string, options: { confirm: string; wait?: boolean; timeout: number }) => {
      const client = await cli.client();
      // One that is deleted already is erased by its id.
      const mailboxId = which.startsWith("mb_") ? which : (await client.get<ShownMailbox>(mailboxPath(which))).id;
      if (which.includes("@") && which.toLowerCase() !== options.confirm.toLowerCase())
        throw new UsageError(`--confirm names ${options.confirm}, not ${which}: nothing was erased.`);
      let erasure = await client.post<ShownErasure>("/erasures", { mailboxId, address: options.confirm });
      const deadline = Date.now() + options.timeout * 1000;
      let told = "";
      while (options.wait && erasure.state !== "done") {
        const line = `Round ${erasure.rounds + 1}: ${removedWords(erasure)}${erasure.waitsFor ? `; waits for ${erasure.waitsFor}` : ""}`;
        if (line !== told) cli.remark(line);
        told = line;
        if (Date.now() > deadline)
          throw new NotOver(`${erasure.id} is not done yet. \`mailfleet erasures show ${erasure.id}\` tells more.`);
        await pause(lookMs);
        try {
          erasure = await client.get<ShownErasure>(`/erasures/${erasure.id}`);
        } catch (error) {
          if (!isPassing(error)) throw error;
        }
      }
      cli.show(erasure, (shown) =>
        shown.state === "done"
          ? `Erased ${shown.mailboxId}: ${removedWords(shown)}.`
          : `${shown.id} erases ${shown.mailboxId}; \`mailfleet erasures show ${shown.id}\` says how far it is.`,
      );
    });
}
