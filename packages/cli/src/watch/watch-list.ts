import { setTimeout as pause } from "node:timers/promises";
import { isPassing } from "@mailfleet/client";
import type { AnyNoun } from "@mailfleet/contracts";
import type { Cli } from "../cli.ts";
import type { Row } from "../noun/show.ts";
import type { Column } from "../table.ts";
import { changes, typesAbout } from "./changes.ts";

/** What changes together is read together. */
const gatheringMs = 300;

/**
 * Prints a list, and then each row again that changes, appears or goes, until Ctrl-C. `read` is asked again after events about
 * the noun.
 */
export async function watchList(
  cli: Cli,
  noun: AnyNoun,
  read: () => Promise<{ rows: readonly Row[]; columns: readonly Column<Row>[] }>,
): Promise<void> {
  const client = await cli.client();
  let known: ReadonlyMap<string, string> | undefined;
  let add: ((rows: readonly Row[]) => void) | undefined;
  for await (const _ of changes(client, { types: typesAbout(noun) }, { signal: cli.terminal.interrupted })) {
    if (known) await pause(gatheringMs);
    const found = await read().catch((error: unknown) => {
      if (!isPassing(error)) throw error;
      return undefined;
    });
    if (!found) continue;
    const now = new Map(found.rows.map((row) => [String(row.id), JSON.stringify(row)]));
    add ??= cli.growing(found.columns, found.rows);
    if (known) {
      const before = known;
      add(found.rows.filter((row) => before.get(String(row.id)) !== now.get(String(row.id))));
      for (const id of before.keys()) if (!now.has(id)) cli.each({ id, deleted: true }, () => `${id}  gone`);
    }
    known = now;
  }
}
