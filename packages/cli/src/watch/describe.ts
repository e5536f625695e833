import type { ApiClient } from "@mailfleet/client";
import type { AnyNoun } from "@mailfleet/contracts";
import { historyColumns } from "../mailbox/history.ts";
import type { Row } from "../noun/show.ts";
import { type Column, time } from "../table.ts";

/** Something that belongs to an object and is described with it. */
interface Related {
  readonly name: string;
  readonly rows: readonly Row[];
  readonly columns: readonly Column<Row>[];
  readonly none: string;
}

const some = 10;

const alertColumns: readonly Column<Row>[] = [
  { title: "SEVERITY", of: ({ severity }) => String(severity) },
  { title: "CODE", of: ({ code }) => String(code), whole: true },
  { title: "SINCE", of: ({ firstAt }) => time(String(firstAt)) },
  { title: "WHAT TO DO", of: ({ remedy }) => String(remedy), whole: true },
];

async function alertsAbout(client: ApiClient, { id }: Row): Promise<Related> {
  const rows = await client.list<Row>("/alerts", { objectId: String(id), state: "raised" }, some);
  return { name: "alerts", rows, columns: alertColumns, none: "No alerts." };
}

async function lastChanges(client: ApiClient, { id }: Row): Promise<Related> {
  const { items } = await client.get<{ items: Row[] }>(`/mailboxes/${id}/history`);
  return {
    name: "history",
    rows: items.slice(0, some),
    columns: historyColumns as unknown as readonly Column<Row>[],
    none: "No history.",
  };
}

async function itsMailboxes(client: ApiClient, { id }: Row): Promise<Related> {
  const rows = await client.list<Row>("/mailboxes", { profileId: String(id) }, some);
  const columns: readonly Column<Row>[] = [
    { title: "MAILBOX", of: ({ address }) => String(address), whole: true },
    { title: "STATE", of: ({ lifecycle }) => String(lifecycle) },
  ];
  return { name: "mailboxes", rows, columns, none: "No mailbox uses it." };
}

/** What `describe` tells of an object beside what `show` does. */
export const related: Readonly<Record<string, readonly ((client: ApiClient, row: Row) => Promise<Related>)[]>> = {
  profile: [alertsAbout, itsMailboxes],
  mailbox: [alertsAbout, lastChanges],
  send: [alertsAbout],
};

/** Everything that belongs to an object. */
export const relatedTo = (client: ApiClient, { name }: AnyNoun, row: Row): Promise<Related[]> =>
  Promise.all((related[name] ?? []).map((read) => read(client, row)));
