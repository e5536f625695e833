import { once } from "node:events";
import { createWriteStream } from "node:fs";
import { finished } from "node:stream/promises";
import {
  type AnyNoun,
  cellOfValue,
  mailboxColumns,
  mailbox as noun,
  type Profile,
  partAt,
  writeCsvLine,
} from "@mailfleet/contracts";
import type { Command } from "commander";
import type { Cli } from "../cli.ts";
import { addFlags, inputFlags, valuesOf } from "../noun/flags.ts";
import type { Shown, ShownMailbox } from "../shown.ts";

const pageSize = 500;

/** A mailbox as a line; its profile by name, because another installation has other ids. */
function lineOf(mailbox: ShownMailbox, profiles: ReadonlyMap<string, string>): string {
  const named = { ...mailbox, profileId: profiles.get(mailbox.profileId) ?? mailbox.profileId };
  return writeCsvLine(mailboxColumns.map((column) => cellOfValue(column, partAt(named, column.path))));
}

/** `mailfleet mailbox export`: what `mailfleet mailbox import` reads. */
export function addExportCommand(mailbox: Command, cli: Cli): void {
  const { ids: _, ...filter } = (noun as AnyNoun).filter ?? {};
  const flags = inputFlags(noun as AnyNoun, filter);
  addFlags(
    mailbox
      .command("export")
      .description("write mailboxes as a CSV that `mailfleet mailbox import` reads; passwords are not in it"),
    flags,
  )
    .option("--to-file <file>", "write to this file instead of standard output")
    .action(async ({ toFile, ...options }: { toFile?: string }) => {
      const client = await cli.client();
      const query = (await valuesOf(cli, flags, options)) as Record<string, string>;
      const profiles = await client.list<Shown<Profile>>("/profiles");
      const names = new Map(profiles.map(({ id, name }) => [id, name]));
      const file = toFile === undefined ? undefined : createWriteStream(toFile, { mode: 0o600 });
      const write = async (lines: readonly string[]) => {
        const bytes = Buffer.from(lines.map((line) => `${line}\r\n`).join(""));
        if (!file) await cli.terminal.write(bytes);
        else if (!file.write(bytes)) await once(file, "drain");
      };
      // Excel takes a text for UTF-8 by its byte order mark.
      await write([`\uFEFF${writeCsvLine(mailboxColumns.map(({ name }) => name))}`]);
      let cursor: string | undefined;
      do {
        const page = await client.get<{ items: ShownMailbox[]; next: string | null }>("/mailboxes", {
          query: { ...query, limit: pageSize, cursor },
        });
        await write(page.items.map((one) => lineOf(one, names)));
        cursor = page.next ?? undefined;
      } while (cursor !== undefined);
      if (!file) return;
      file.end();
      await finished(file);
    });
}
