import type { ApiEvent } from "@mailfleet/client";
import { addressesText, type Failure, type MailAddress } from "@mailfleet/contracts";
import type { Command } from "commander";
import type { Cli } from "../cli.ts";
import { printable, time } from "../table.ts";

/** The few fields of a fact that tell people what happened. */
const telling = ["address", "event", "direction", "outcome", "subject", "messageId", "sendId", "cause", "by"];

function eventLine(event: ApiEvent): string {
  const { from, failure, ...others } = event.body as { from?: MailAddress[]; failure?: Failure };
  const { lifecycle, step, alert, ...body } = others as Record<string, Record<string, string> | undefined>;
  const parts = [
    from && `from=${addressesText(from)}`,
    failure && `${failure.code} ${failure.evidence?.reply ?? ""}`,
    lifecycle && `${lifecycle.from} -> ${lifecycle.to}`,
    step && `${step.step} ${step.outcome} ${step.detail ?? ""}`,
    alert && `${alert.code} ${alert.state}`,
    ...telling.map((name) => body[name] && `${name}=${printable(body[name])}`),
  ];
  const what = parts.filter(Boolean).map(printable).join("  ");
  return `${time(event.at)}  ${event.type.padEnd(26)}  ${event.mailboxId ?? "-"}  ${what}`;
}

/** `mailfleet events`: follows until Ctrl-C. */
export function addEventCommand(program: Command, cli: Cli): void {
  program
    .command("events")
    .description("follow events until Ctrl-C; with -o jsonl one event per line")
    .option("--mailbox <mailbox>", "only events of this mailbox")
    .option("--type <types>", "message types, separated by commas")
    .option("--after <id>", "continue after the event with this id")
    .action(async (flags: { mailbox?: string; type?: string; after?: string }) => {
      cli.nameFlag("Last-Event-ID", "--after");
      const following = await (await cli.client()).follow({
        ...(flags.mailbox === undefined ? {} : { mailbox: flags.mailbox }),
        ...(flags.type === undefined ? {} : { types: flags.type.split(",") }),
        ...(flags.after === undefined ? {} : { lastEventId: flags.after }),
      });
      // To standard error: what is followed goes elsewhere.
      cli.terminal.err("Following events; Ctrl-C ends it.");
      cli.terminal.interrupted.addEventListener("abort", () => following.stop());
      for await (const event of following) cli.each(event, eventLine);
    });
}
