import assert from "node:assert/strict";
import type { ApiClient } from "@mailfleet/client";
import type { Mailbox, Profile, ReceivedMessage, Send } from "@mailfleet/contracts";
import { eventually } from "@mailfleet/local/testing";
import { people, type Surroundings } from "./surroundings.ts";

const WITHIN_MS = 60_000;

/** The mail servers, and where the system finds them if that is not loopback. */
type Mail = Pick<Surroundings, "dovecot" | "postfix"> & { readonly host?: string };

/** A message from the customer to the queue. */
export const messageOf = (subject: string): Buffer =>
  Buffer.from(`From: ${people.customer.address}\r\nTo: ${people.queue.address}\r\nSubject: ${subject}\r\n\r\ntext\r\n`);

/** Subjects of messages, sorted. */
export const subjectsOf = (raws: readonly Buffer[]): string[] =>
  raws.flatMap((raw) => /^Subject: (.*?)\r?$/m.exec(raw.toString())?.[1] ?? []).sort();

/** `what 1` to `what n`, sorted. */
export const numbered = (what: string, count: number): string[] =>
  Array.from({ length: count }, (_, n) => `${what} ${n + 1}`).sort();

/** Orders a message to the customer; its name is its subject and its idempotency key. */
export const send = (client: ApiClient, { id }: Mailbox, name: string): Promise<Send> =>
  client.post<Send>(
    `/mailboxes/${id}/sends`,
    { to: [people.customer.address], subject: name, text: "hello" },
    { idempotencyKey: name.replaceAll(" ", "-") },
  );

/** Subjects of what has been stored for a mailbox, sorted. */
export const received = async (client: ApiClient, { id }: Mailbox): Promise<string[]> =>
  (await client.list<ReceivedMessage>(`/mailboxes/${id}/messages`)).map(({ subject }) => subject ?? "").sort();

/** From a profile to a mailbox that is created, approved, tested and enabled. */
export async function enableMailbox(api: ApiClient, { dovecot, postfix, host = "127.0.0.1" }: Mail): Promise<Mailbox> {
  const { address, password } = people.queue;
  const server = { host, security: "none" };
  const profile = await api.post<Profile>("/profiles", {
    name: "Cluster",
    inbound: { protocol: "imap", ...server, port: dovecot.ports.imap },
    outbound: { protocol: "smtp", ...server, port: postfix.ports.submission },
  });
  const credentials = { username: address, password };
  const body = { address, kind: "queue", profileId: profile.id, credentials };
  const { id } = await api.post<Mailbox>("/mailboxes", body);
  await api.post(`/mailboxes/${id}/approve`, { address });
  await api.post(`/mailboxes/${id}/test-and-enable`, {});
  return eventually(
    async () => {
      const now = await api.get<Mailbox>(`/mailboxes/${id}`);
      assert.equal(now.lifecycle, "enabled.running", JSON.stringify(now.directions));
      return now;
    },
    { timeoutMs: WITHIN_MS, everyMs: 200 },
  );
}

/** Twenty messages to the mailbox, `in 1` to `in 20`, and five from it, `out 1` to `out 5`; returns when all have arrived. */
export async function exchangeMail(
  api: ApiClient,
  mailbox: Mailbox,
  { dovecot }: Pick<Mail, "dovecot">,
): Promise<void> {
  await dovecot.drop(people.queue.address, 20, (n) => messageOf(`in ${n + 1}`));
  for (const name of numbered("out", 5)) await send(api, mailbox, name);
  await eventually(
    async () => {
      assert.deepEqual(await received(api, mailbox), numbered("in", 20));
      assert.deepEqual(subjectsOf(await dovecot.messages(people.customer.address)), numbered("out", 5));
      return true;
    },
    { timeoutMs: WITHIN_MS, everyMs: 500 },
  );
}
