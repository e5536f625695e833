import { ApiError, isPassing } from "@mailfleet/client";
import type { AnyNoun } from "@mailfleet/contracts";
import type { Command } from "commander";
import { type Cli, wholeNumber } from "../cli.ts";
import { Failed, NotOver } from "../exit-codes.ts";
import type { Row } from "../noun/show.ts";
import { changes, typesAbout } from "./changes.ts";
import { conditionOf } from "./condition.ts";

const isGone = (error: unknown) => error instanceof ApiError && error.status === 404;

interface WaitFlags {
  readonly for: string;
  readonly timeout: number;
}

/** Makes a command that waits until a condition holds. `pathOf` says where the API has the object. */
export function addWaitCommand(
  command: Command,
  cli: Cli,
  noun: AnyNoun,
  pathOf: (which: string) => Promise<string>,
): void {
  command
    .requiredOption(
      "--for <condition>",
      "field=value such as lifecycle=enabled.running (a|b: either), field!=value, field, or deleted",
    )
    .option("--timeout <seconds>", "how long to wait", wholeNumber("--timeout", 1, 86_400), 300)
    .action(async (which: string, { for: text, timeout }: WaitFlags) => {
      const condition = conditionOf(noun, text);
      const client = await cli.client();
      const path = await pathOf(which);
      const deadline = Date.now() + timeout * 1000;
      const about = { types: typesAbout(noun), ...(noun.name === "mailbox" ? { mailbox: which } : {}) };
      let last: Row | undefined;
      for await (const _ of changes(client, about, { deadline, signal: cli.terminal.interrupted })) {
        try {
          last = await client.get<Row>(path);
        } catch (error) {
          if (isPassing(error)) continue;
          if (!isGone(error) || (!condition.holds(undefined) && last === undefined)) throw error;
          if (!condition.holds(undefined)) throw new Failed(`${which} was deleted meanwhile.`);
          return cli.show({ deleted: which }, () => `${which} is deleted.`);
        }
        if (condition.holds(last)) {
          const row = last;
          return cli.show(row, () => `${which}: ${condition.now(row)}`);
        }
      }
      const now = last ? `${which}: ${condition.now(last)}` : `${which} could not be read`;
      const why = cli.terminal.interrupted.aborted ? "Interrupted" : `Not ${condition.text} within ${timeout} s`;
      throw new NotOver(`${why}. ${now}.`);
    });
}
