import type { Bus } from "@mailfleet/bus";
import type { ApiClient } from "@mailfleet/client";
import { subjects } from "@mailfleet/contracts";
import { messageOf4K } from "../message-of-4k.ts";
import type { SoakMailbox } from "./make-fleet.ts";
import type { Town } from "./start-town.ts";

/** By minute, as multiples of the average: two waves that have nothing to do with each other, so that costs come apart. */
const wave = { in: [0, 1, 2, 1], out: [1, 0, 1, 2] } as const;
/** Coprime with any number of mailboxes that is not a multiple of it: mail goes to all, in no order of theirs. */
const stride = 7919;

/** What mail there was since the last look, and what is open. */
export interface MailSight {
  readonly delivered: number;
  readonly received: { readonly watched: number; readonly polled: number };
  readonly submitted: number;
  readonly sent: number;
  /** From delivery at the server to `mail.received`, of watched mailboxes, milliseconds. */
  readonly noticedMs: readonly number[];
  /** From the answer to a submit to the server's acceptance as a fact, milliseconds. */
  readonly sentMs: readonly number[];
  /** Over the whole time. */
  readonly doubled: number;
  readonly notReceived: number;
  readonly notSent: number;
  readonly refused: number;
}

/** The mail of a soak. */
export interface Mail {
  /** What the mail servers took. */
  tookAtServer(messageIds: readonly string[]): void;
  look(): MailSight;
  /** No more mail is made; what is under way goes on. */
  end(): void;
  stop(): Promise<void>;
}

/** Delivers and submits at these rates (a second, on average), and follows what becomes of it. */
export async function startMail(
  parts: {
    readonly api: ApiClient;
    readonly bus: Bus;
    readonly town: Town;
    readonly mailboxes: readonly SoakMailbox[];
  },
  rates: { readonly in: number; readonly out: number },
): Promise<Mail> {
  const { api, bus, town, mailboxes } = parts;
  const incoming = new Map<string, { at: number; mailbox: SoakMailbox; facts: number }>();
  const outgoing = new Map<string, { at: number; facts: number; taken: number }>();
  const outgoingOf = (messageId: string) => {
    const known = outgoing.get(messageId) ?? { at: 0, facts: 0, taken: 0 };
    outgoing.set(messageId, known);
    return known;
  };
  const fresh = () => ({
    delivered: 0,
    watched: 0,
    polled: 0,
    submitted: 0,
    sent: 0,
    noticedMs: [] as number[],
    sentMs: [] as number[],
  });
  let since = fresh();
  let refused = 0;

  const following = await bus.follow(
    { filters: [subjects.mailFact("*", "received"), subjects.mailFact("*", "sent")] },
    ({ type, body }) => {
      if (type === "mail.received.v1") {
        const known = incoming.get(body.messageId ?? "");
        if (!known) return;
        known.facts += 1;
        if (known.facts > 1) return;
        since[known.mailbox.watched ? "watched" : "polled"] += 1;
        if (known.mailbox.watched) since.noticedMs.push(Date.now() - known.at);
      } else if (type === "mail.sent.v1") {
        const known = outgoingOf(body.messageId);
        known.facts += 1;
        if (known.facts > 1) return;
        since.sent += 1;
        if (known.at > 0) since.sentMs.push(Date.now() - known.at);
      }
    },
  );

  let n = 0;
  const pick = () => mailboxes[(n * stride) % mailboxes.length] as SoakMailbox;
  const deliver = () => {
    n += 1;
    const mailbox = pick();
    incoming.set(`<bench-${n}@elsewhere.test>`, { at: Date.now(), mailbox, facts: 0 });
    town.deliver(mailbox.address, messageOf4K(n, mailbox.address).toString("latin1"));
    since.delivered += 1;
  };
  const submit = async () => {
    n += 1;
    const { id } = pick();
    const text = "All the lamps that were ordered leave the house tomorrow; the invoice follows by post.\r\n".repeat(
      41,
    );
    const content = { to: ["customer@elsewhere.test"], subject: `Order ${n}`, text };
    try {
      const { messageId } = await api.post<{ messageId: string }>(`/mailboxes/${id}/sends`, content);
      outgoingOf(messageId).at = Date.now();
      since.submitted += 1;
    } catch {
      refused += 1;
    }
  };

  const begun = Date.now();
  const stepMs = 100;
  let owed = { in: 0, out: 0 };
  const timer = setInterval(() => {
    const minute = Math.floor((Date.now() - begun) / 60_000) % wave.in.length;
    owed = {
      in: owed.in + (rates.in * (wave.in[minute] ?? 1) * stepMs) / 1000,
      out: owed.out + (rates.out * (wave.out[minute] ?? 1) * stepMs) / 1000,
    };
    for (; owed.in >= 1; owed.in -= 1) deliver();
    for (; owed.out >= 1; owed.out -= 1) void submit();
  }, stepMs);

  const count = <Item>(items: Iterable<Item>, is: (item: Item) => boolean) => [...items].filter(is).length;
  return {
    tookAtServer: (messageIds) => {
      for (const id of messageIds) outgoingOf(id).taken += 1;
    },
    look: () => {
      const { watched, polled, ...rest } = since;
      since = fresh();
      return {
        ...rest,
        received: { watched, polled },
        doubled:
          count(incoming.values(), ({ facts }) => facts > 1) +
          count(outgoing.values(), ({ facts, taken }) => facts > 1 || taken > 1),
        notReceived: count(incoming.values(), ({ facts }) => facts === 0),
        notSent: count(outgoing.values(), ({ facts, taken }) => facts === 0 || taken === 0),
        refused,
      };
    },
    end: () => clearInterval(timer),
    stop: async () => {
      clearInterval(timer);
      await following.stop();
    },
  };
}
