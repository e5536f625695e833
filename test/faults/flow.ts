import assert from "node:assert/strict";
import { setTimeout as pause } from "node:timers/promises";
import type { Mailbox, Send } from "@mailfleet/contracts";
import { eventually } from "@mailfleet/local/testing";
import type { FleetWorld } from "../world/fleet-world.ts";
import { holds } from "../world/holds.ts";

/** Where all outgoing mail of these tests goes: a sandbox account that is not a Mailfleet mailbox. */
export const customer = "customer@sandbox.test";

/** Mail that flows while something is killed, and what must be true afterwards. */
export interface Flow {
  /** Brings 10 messages into each mailbox and submits 10 from each; resolves when every submit was accepted. */
  start(): Promise<void>;
  /** Stops and enables two mailboxes meanwhile, so that commands and the machine are disturbed too. */
  command(): Promise<void>;
  /** Waits until everything has come to its end, then compares with an undisturbed run. */
  assertUndisturbed(options: { duplicatesAllowed: boolean }): Promise<void>;
}

const each = 10;
const settleMs = 60_000;

/** A flow over these mailboxes; `tag` tells its mail from that of other flows on the same stack. */
export function createFlow(world: FleetWorld, mailboxes: readonly Mailbox[], tag: string): Flow {
  const numbers = Array.from({ length: each }, (_, n) => n);
  const accepted: Send[] = [];
  const startedAt = Date.now();

  /** A client that does what the README asks of clients: repeats what got no answer, with the same key. */
  async function submit(mailbox: Mailbox, n: number): Promise<void> {
    const body = { to: [customer], subject: `${tag} out ${n}`, text: "x" };
    const idempotencyKey = `${tag}-${mailbox.id}-${n}`;
    const send = await eventually(
      () => world.api.post<Send>(`/mailboxes/${mailbox.id}/sends`, body, { idempotencyKey }),
      { timeoutMs: settleMs, everyMs: 300 },
    );
    accepted.push(send);
  }

  async function received(): Promise<void> {
    for (const { id, address } of mailboxes) {
      const subjects = (await world.messages(id))
        .map(({ subject }) => subject ?? "")
        .filter((s) => s.startsWith(`${tag} in`));
      assert.deepEqual(subjects.sort(), numbers.map((n) => `${tag} in ${n}`).sort(), `${address} received each once`);
    }
  }

  async function sent(duplicatesAllowed: boolean): Promise<void> {
    const submissions = world.sandbox.submissions.filter(({ to, at }) => to.includes(customer) && at >= startedAt);
    for (const { id } of accepted) {
      const send = await world.api.get<Send>(`/sends/${id}`);
      const times = submissions.filter(({ messageId }) => messageId === send.messageId).length;
      assert.ok(["sent", "uncertain"].includes(send.state), `${id} is ${send.state}`);
      if (send.state === "uncertain") assert.ok(times <= 1, `${id} is held as uncertain and went out ${times} times`);
      else if (duplicatesAllowed) assert.ok(times >= 1, `${id} is sent, but the server has not seen it`);
      else assert.equal(times, 1, `${id} is sent, and the server has seen it ${times} times`);
    }
  }

  return {
    start: async () => {
      for (const { address } of mailboxes)
        for (const n of numbers) {
          const head = [`From: a@elsewhere.test`, `To: ${address}`, `Subject: ${tag} in ${n}`];
          world.sandbox.deliver(address, Buffer.from([...head, "", "x", ""].join("\r\n")));
        }
      const work = mailboxes.flatMap((mailbox) => numbers.map((n) => () => submit(mailbox, n)));
      const worker = async () => {
        for (let one = work.shift(); one; one = work.shift()) await one();
      };
      await Promise.all(Array.from({ length: 16 }, worker));
    },
    command: async () => {
      for (const { id } of mailboxes.slice(0, 2)) {
        for (const verb of ["disable", "test-and-enable"])
          await eventually(
            () => world.api.post(`/mailboxes/${id}/${verb}`, {}, { idempotencyKey: `${tag}-${id}-${verb}` }),
            { timeoutMs: settleMs, everyMs: 300 },
          );
        await pause(0);
      }
    },
    assertUndisturbed: async ({ duplicatesAllowed }) => {
      for (const { id } of mailboxes) await world.reads(id, "enabled.running", settleMs);
      await holds(received, settleMs);
      await holds(() => sent(duplicatesAllowed), settleMs);
      assert.equal(accepted.length, mailboxes.length * each);
    },
  };
}
