import assert from "node:assert/strict";
import { setTimeout as pause } from "node:timers/promises";
import { isDeepStrictEqual } from "node:util";
import { ApiError } from "@mailfleet/client";
import type { Alert, Mailbox, ReceivedMessage, Send } from "@mailfleet/contracts";
import { byCursor, customer, type Fleet } from "./fleet.ts";
import { untilAnswered, untilNothingIsMissing } from "./progress.ts";

/** What a scenario may leave behind, and no other. */
export interface Allowance {
  /** Sends whose fate may honestly be unknown, each declared so by a fact: what was on the wire of a killed process. */
  readonly uncertainSends: boolean;
  readonly policy: "hold" | "resend";
  /** No process may have lost a lease or a permit. */
  readonly keepsLeases: boolean;
  /** A mailbox by POP3 passes each message once, too. */
  readonly passesOnce: boolean;
}

/** Something did not come in its time, such as the renewal of a lease: a fault of ours, or the machine gave no time. */
export class TooSlow extends Error {}

/** Mail that flows in and out while something is disturbed, and what must be true afterwards. */
export interface Flow {
  /** In and out, and commands, until `disturb` has ended; at least one of each for each mailbox before and after. */
  runWhile(disturb: () => Promise<void>): Promise<void>;
  /** What went in and out until now, what of it is not told yet, and what was told or sent a second time. */
  tally(): { readonly received: number; readonly sent: number; readonly lost: number; readonly doubled: number };
  /** Waits until everything has come to its end, then compares it with what an undisturbed run leaves. */
  assertUndisturbed(allowance: Allowance): Promise<{ received: number; sent: number; uncertain: number }>;
}

/** Between two messages of the pump, each way. */
const BEAT_MS = 120;
/** Between two commands that stop and enable a mailbox. */
const COMMANDS_MS = 700;
/** So few that are not sent are shown with their states. */
const FEW = 3;
/** Requests at a time, when everything is compared at the end. */
const QUESTIONS_AT_ONCE = 8;
/** Submits under way; a console that is away must not gather thousands. */
const SUBMITS_AT_ONCE = 24;

/** Those that hold leases and permits. */
const workers: ReadonlySet<string> = new Set(["inbound-sync", "outbound-send"]);

/** Asks about each, some at a time; answers in their order. */
async function inTurn<Item, Answer>(items: readonly Item[], ask: (item: Item) => Promise<Answer>): Promise<Answer[]> {
  const answers: Answer[] = [];
  for (let at = 0; at < items.length; at += QUESTIONS_AT_ONCE)
    answers.push(...(await Promise.all(items.slice(at, at + QUESTIONS_AT_ONCE).map(ask))));
  return answers;
}

/** A flow through all mailboxes; `tag` tells its mail from that of other scenarios of the same fleet. */
export function createFlow({ world, bag, mailboxes, whole, known }: Fleet, tag: string): Flow {
  const startedAt = Date.now();
  const delivered = new Map<string, string[]>(mailboxes.map(({ id }) => [id, []]));
  const accepted: Send[] = [];
  const wrongAnswers: string[] = [];
  const submits = new Set<Promise<void>>();
  let numbers = 0;
  // At most a hundred characters.
  const keyOf = (what: string) => `${startedAt.toString(36)}-${what}`;

  /** How many messages a mailbox says it has received; each write that moves its cursor adds what it passed. */
  const counted = async (id: string) => {
    let messages = 0;
    await untilNothingIsMissing(async () => {
      const { activity } = (await world.mailbox(id)).directions.inbound as { activity?: { messages: number } | null };
      messages = activity?.messages ?? 0;
      return activity ? "" : `nobody says how many messages ${id} has received`;
    });
    return messages;
  };
  const before = new Map<string, number>();

  const insist = <Answer>(ask: () => Promise<Answer>) =>
    untilAnswered(ask, (error) => {
      // An outage is 503; anything else of ours would be told to people as a bug.
      if (error instanceof ApiError && error.status >= 500 && error.status !== 503)
        wrongAnswers.push(`${error.status} ${error.message}`);
    });

  const deliver = ({ id, address }: Mailbox) => {
    const subject = `${tag} in ${numbers++}`;
    const head = ["From: a@elsewhere.test", `To: ${address}`, `Subject: ${subject}`];
    world.sandbox.deliver(address, Buffer.from([...head, "", "x", ""].join("\r\n")));
    delivered.get(id)?.push(subject);
  };
  const submit = ({ id }: Mailbox) => {
    const body = { to: [customer], subject: `${tag} out ${numbers++}`, text: "x" };
    const idempotencyKey = keyOf(`${numbers}`);
    const path = `/mailboxes/${id}/sends`;
    const one: Promise<void> = insist(() => world.api.post<Send>(path, body, { idempotencyKey, timeoutMs: 10_000 }))
      .then((send) => {
        accepted.push(send);
        known.add(send.messageId);
      })
      .finally(() => submits.delete(one));
    submits.add(one);
    one.catch((error: Error) => wrongAnswers.push(`a submit: ${error.message}`));
  };
  const oneOfEach = () => {
    for (const mailbox of mailboxes) {
      deliver(mailbox);
      submit(mailbox);
    }
  };
  /** Stops and enables two mailboxes in turn meanwhile, so that commands and the machine are disturbed too. */
  const command = async (goesOn: () => boolean) => {
    for (let n = 0; n < 2 || goesOn(); n++) {
      const { id } = mailboxes[n % 2]!;
      for (const verb of ["disable", "test-and-enable"]) {
        const key = { idempotencyKey: keyOf(`${verb}-${n}`), timeoutMs: 10_000 };
        await insist(() => world.api.post(`/mailboxes/${id}/${verb}`, {}, key));
      }
      if (goesOn()) await pause(COMMANDS_MS);
    }
  };

  /** Facts about our own mail, by what they are about. */
  const facts = () => {
    const received = new Map<string, string[]>();
    for (const [key, { message }] of bag.of("mail.received.v1")) {
      const { subject } = message.body as { subject: string | null };
      if (subject?.startsWith(`${tag} in `)) received.set(subject, [...(received.get(subject) ?? []), key]);
    }
    const uncertain = new Set([...bag.of("mail.uncertain.v1").keys()].map((key) => key.split(",")[0]));
    return { received, sent: bag.of("mail.sent.v1"), uncertain };
  };

  /** How each mailbox reads by the last transition that was told. */
  const lastTold = () => {
    const newest = new Map<string, { v: number; lifecycle: { to: string } }>();
    for (const { message } of bag.of("mailbox.transitioned.v1").values()) {
      const body = message.body as { mailboxId: string; v: number; lifecycle: { to: string } };
      if (body.v > (newest.get(body.mailboxId)?.v ?? 0)) newest.set(body.mailboxId, body);
    }
    return new Map([...newest].map(([id, { lifecycle }]) => [id, lifecycle.to]));
  };

  /** What is not yet as it would be undisturbed; cheap, because it is asked many times. */
  const missing = async () => {
    const { received, sent, uncertain } = facts();
    const wanted = [...delivered.values()].flat();
    const out = accepted.filter(({ id }) => !sent.has(id) && !uncertain.has(id));
    const few = out.length <= FEW ? await Promise.all(out.map(({ id }) => world.api.get<Send>(`/sends/${id}`))) : [];
    const states = few.map(
      ({ id, mailboxId, state, attempts }) => `${id} of ${mailboxId} is ${state} (${attempts.length})`,
    );
    const fleet = await world.api.list<Mailbox>("/mailboxes");
    const others = fleet.filter(({ lifecycle }) => lifecycle !== "enabled.running");
    const told = lastTold();
    const untold = fleet.filter(({ id, lifecycle }) => told.has(id) && told.get(id) !== lifecycle);
    const parts = [
      untold.length > 0 && `${untold.map(({ address }) => address).join(", ")}: the last transition is not told`,
      wanted.length > received.size && `${wanted.length - received.size} of ${wanted.length} not announced`,
      out.length > 0 && `${out.length} of ${accepted.length} not sent ${states.join(", ")}`,
      others.length > 0 && others.map(({ address, lifecycle }) => `${address} is ${lifecycle}`).join(", "),
    ];
    return parts.filter(Boolean).join("; ");
  };

  async function assertReceivedOnce(passesOnce: boolean): Promise<void> {
    const since = new Date(startedAt - 2000).toISOString();
    const all = await inTurn(mailboxes, ({ id }) =>
      world.api.list<ReceivedMessage>(`/mailboxes/${id}/messages`, { since }),
    );
    for (const [n, { id, address }] of mailboxes.entries()) {
      const stored = all[n] ?? [];
      const subjects = stored.map(({ subject }) => subject ?? "").filter((subject) => subject.startsWith(`${tag} in `));
      assert.deepEqual(subjects.sort(), (delivered.get(id) ?? []).sort(), `${address} received each once`);
    }
    for (const { id, address } of mailboxes) {
      const passed = (await counted(id)) - (before.get(id) ?? 0);
      const all = delivered.get(id)?.length ?? 0;
      // By POP3 identities decide, not the cursor: a process that dies between the two reads a message once more.
      if (passesOnce || byCursor(address))
        assert.equal(passed, all, `the cursor of ${address} passed each message once`);
      else assert.ok(passed >= all, `${address} counts ${passed} of ${all} messages`);
    }
    for (const [subject, keys] of facts().received)
      assert.equal(keys.length, 1, `"${subject}" was announced as ${keys.join(" and ")}`);
  }

  async function assertSentOnce({ uncertainSends, policy }: Allowance): Promise<number> {
    const { sent } = facts();
    const seen = new Map<string, number>();
    for (const { messageId } of world.sandbox.submissions)
      if (messageId) seen.set(messageId, (seen.get(messageId) ?? 0) + 1);
    // One that was accepted twice, under two ids, was answered once.
    const strangers = world.sandbox.submissions.filter(
      ({ to, messageId }) => to.includes(customer) && !known.has(messageId ?? ""),
    );
    assert.deepEqual(strangers, [], "nothing is sent that nobody was answered for");
    let unknown = 0;
    const now = await inTurn(accepted, ({ id }) => world.api.get<Send>(`/sends/${id}`));
    for (const { id, messageId, state, attempts } of now) {
      const times = seen.get(messageId) ?? 0;
      if (state === "uncertain") unknown++;
      assert.ok(state === "sent" || (state === "uncertain" && uncertainSends), `${id} is ${state}`);
      assert.ok(state !== "sent" || (times >= 1 && sent.has(id)), `${id} is sent, and ${times} copies were seen`);
      // Each further copy needs an attempt that was written down as lost before it.
      const lost = attempts.filter(({ failure }) => failure).length;
      const most = uncertainSends && policy === "resend" ? 1 + lost : 1;
      assert.ok(times <= most, `${id} was seen ${times} times at the server, in ${attempts.length} attempts`);
    }
    return unknown;
  }

  /** How often each worker lost a lease or a permit, by its process. */
  async function lostLeases(): Promise<Map<string, number>> {
    const processes = world.stack.services.filter(({ name, state }) => workers.has(name) && state === "ready");
    const counts = processes.map(async ({ name, pid, httpPort }): Promise<[string, number]> => {
      const text = await (await fetch(`http://127.0.0.1:${httpPort}/metrics`)).text();
      return [`${name} ${pid}`, Number(/^mailfleet_lease_lost_total(?:\{.*\})? (\d+)$/m.exec(text)?.[1] ?? Number.NaN)];
    });
    return new Map(await Promise.all(counts));
  }
  let lostBefore = new Map<string, number>();

  /** Nothing is left that an undisturbed run would not leave either. */
  async function nothingElse(uncertainSends: boolean): Promise<string> {
    // What earlier scenarios hold is told until a person decides, and is not ours.
    const foreign = (id: string) => id.startsWith("sn_") && !accepted.some((send) => send.id === id);
    const alerts = (await world.api.list<Alert>("/alerts", { state: "raised" })).filter(
      ({ code, severity, object }) =>
        severity !== "information" && !foreign(object.id) && !(uncertainSends && code === "SEND_UNCERTAIN"),
    );
    const letters = await world.api.list<{ reason: string; subject: string }>("/dead-letters");
    return [
      ...alerts.map(({ code, object }) => `${code} of ${object.id} is raised`),
      ...letters.map(({ reason, subject }) => `dead letter of ${subject}: ${reason}`),
    ].join("; ");
  }

  return {
    runWhile: async (disturb) => {
      lostBefore = await lostLeases();
      await inTurn(mailboxes, async ({ id }) => before.set(id, await counted(id)));
      let disturbing = true;
      const pump = async () => {
        for (let n = 0; disturbing; n++) {
          const mailbox = mailboxes[n % mailboxes.length]!;
          deliver(mailbox);
          if (submits.size < SUBMITS_AT_ONCE) submit(mailbox);
          await pause(BEAT_MS);
        }
      };
      oneOfEach();
      const pumping = pump();
      const commanding = command(() => disturbing);
      try {
        await disturb();
      } finally {
        disturbing = false;
        await pumping;
      }
      await commanding;
      await whole();
      oneOfEach();
      while (submits.size > 0) await Promise.all(submits);
    },
    tally: () => {
      const { received, sent, uncertain } = facts();
      const wanted = [...delivered.values()].flat();
      const copies = Map.groupBy(world.sandbox.submissions, ({ messageId }) => messageId);
      const open = accepted.filter(({ id }) => !sent.has(id) && !uncertain.has(id));
      const again = accepted.map(({ messageId }) => (copies.get(messageId)?.length ?? 1) - 1);
      const twice = [...received.values()].map((keys) => keys.length - 1);
      return {
        received: received.size,
        sent: accepted.length - open.length,
        lost: wanted.length - received.size + open.length,
        doubled: [...again, ...twice].reduce((sum, one) => sum + one, bag.doubled().length),
      };
    },
    assertUndisturbed: async (allowance) => {
      await untilNothingIsMissing(missing);
      await assertReceivedOnce(allowance.passesOnce);
      const uncertain = await assertSentOnce(allowance);
      await untilNothingIsMissing(() => nothingElse(allowance.uncertainSends));
      assert.deepEqual(bag.doubled(), [], "no fact is said under two ids");
      assert.deepEqual([...new Set(wrongAnswers)], [], "what is away is answered as away");
      if (allowance.keepsLeases && !isDeepStrictEqual(await lostLeases(), lostBefore))
        throw new TooSlow("each process that lives keeps its leases");
      return { received: [...delivered.values()].flat().length, sent: accepted.length, uncertain };
    },
  };
}
