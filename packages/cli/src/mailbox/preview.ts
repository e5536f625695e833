import type { Command } from "commander";
import { type Cli, wholeNumber } from "../cli.ts";
import { Failed, UsageError } from "../exit-codes.ts";
import { mailboxPath } from "../paths.ts";
import type { ShownMailbox } from "../shown.ts";
import { compareInbox, failureWords, type ShownComparison } from "./compare-inbox.ts";

interface PreviewFlags {
  readonly processFrom?: string;
  readonly timeout: number;
}

/** What would come in, and what would not. */
function previewWords({ has, known, fresh, older, refused }: ShownComparison, from: string | undefined): string {
  const parts = [
    `${fresh} would be received`,
    ...(older > 0
      ? [`${older} are older than ${from ?? "the date from which mail is received"} and would be left out`]
      : []),
    ...(known > 0 ? [`${known} were received before`] : []),
    ...(refused > 0 ? [`${refused} are not given by the server and would be set aside`] : []),
  ];
  const all = fresh > 0 && older === 0 && from === undefined ? " No --process-from leaves anything out." : "";
  return `${has} messages are in the inbox: ${parts.join(", ")}.${all}`;
}

async function preview(cli: Cli, which: string, { processFrom, timeout }: PreviewFlags): Promise<void> {
  const at = processFrom === undefined ? undefined : Date.parse(processFrom);
  if (Number.isNaN(at)) throw new UsageError(`--process-from ${processFrom} is not a date. Write it as 2027-05-31.`);
  const from = at === undefined ? undefined : new Date(at).toISOString();
  const client = await cli.client();
  const mailbox = await client.get<ShownMailbox>(mailboxPath(which));
  const { profileId } = mailbox;
  const asked = from === undefined ? { profileId } : { profileId, processFrom: from };
  const found = await compareInbox(cli, client, mailbox, asked, timeout * 1000);
  if (found.failure) throw new Failed(`The inbox of ${mailbox.address} cannot be read. ${failureWords(found.failure)}`);
  cli.show(found, () => previewWords(found, from));
}

/** `mailfleet mailbox preview`: what would be received, before it is. */
export function addPreviewCommand(mailbox: Command, cli: Cli): void {
  mailbox
    .command("preview <mailbox>")
    .description(
      "read the inbox and say how many messages would be received, and how many are too old; receives nothing",
    )
    .option("--process-from <date>", "as if only mail that arrives after this were received")
    .option("--timeout <seconds>", "how long to wait", wholeNumber("--timeout", 1, 86_400), 900)
    .action((which: string, flags: PreviewFlags) => preview(cli, which, flags));
}
