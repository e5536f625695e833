import { randomUUID } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import type { Mailbox, Profile } from "@mailfleet/contracts";
import { enabledMailbox, type Fleet } from "./fleet.ts";
import { untilAnswered, untilNothingIsMissing } from "./progress.ts";

/** How mailboxes get their mail, each in one way only. */
const kinds = {
  watched: { base: "IMAP", change: { minimumPollingIntervalMinutes: 60 } },
  "polled by IMAP": { base: "IMAP", change: { watch: false } },
  "polled by POP3": { base: "POP3", change: {} },
} as const;
export type Kind = keyof typeof kinds;

/** From when it was waited, and how long, in milliseconds. */
interface Wait {
  readonly at: number;
  readonly ms: number;
}
const longest = (all: readonly Wait[]) =>
  all.reduce((one, other) => (other.ms > one.ms ? other : one), { at: 0, ms: 0 });

const EACH = 2;
const DELIVER_EVERY_MS = 90;

/** Mailboxes of which it is measured how long they wait, with mail for the watched ones until the end. */
export interface Measured {
  /** Ends the deliveries; resolves when everything that was delivered is announced. */
  received(): Promise<void>;
  /**
   * The longest waits between two moments: from a delivery to its announcement where a watch hears it, between two
   * sign-ins where polls look.
   */
  waits(from: number, until: number): Readonly<Record<Kind, Wait>>;
  /** Deletes the mailboxes. */
  end(): Promise<void>;
}

/** Resolves when each is enabled, and each that is to be watched is. */
export async function measuredMailboxes({ world, bag }: Fleet): Promise<Measured> {
  const { api, sandbox } = world;
  const known = await untilAnswered(() => api.list<Profile>("/profiles"));
  const tag = randomUUID().slice(0, 8);
  const post = <Answer>(path: string, body: object) => {
    const key = { idempotencyKey: randomUUID() };
    return untilAnswered(() => api.post<Answer>(path, body, key));
  };
  const made = Object.entries(kinds).map(async ([kind, { base, change }]) => {
    const { inbound, outbound } = known.find(({ name }) => name === base) ?? {};
    const { id: profileId } = await post<Profile>("/profiles", {
      name: `${kind} ${tag}`,
      inbound,
      outbound,
      ...change,
    });
    const addresses = Array.from(
      { length: EACH },
      (_, n) => `${kind.toLowerCase().replace(/\W/g, "-")}${n}-${tag}@sandbox.test`,
    );
    return [kind, await Promise.all(addresses.map((one) => enabledMailbox(world, one, { profileId })))] as const;
  });
  const mailboxes = Object.fromEntries(await Promise.all(made)) as Record<Kind, Mailbox[]>;
  const addresses = mailboxes.watched.map(({ address }) => address);
  await untilNothingIsMissing(async () => {
    const without = addresses.filter((address) => sandbox.idling(address) !== 1);
    return without.length > 0 ? `${without.length} are not watched` : "";
  });

  const signIns: { readonly address: string; readonly at: number }[] = [];
  const stopListening = sandbox.onSignIn((address) => signIns.push({ address, at: Date.now() }));
  const deliveries = new Map<string, number>();
  let delivering = true;
  const pumping = (async () => {
    for (let n = 0; delivering; n++) {
      const address = addresses[n % addresses.length]!;
      const subject = `measured ${tag} ${n}`;
      deliveries.set(subject, Date.now());
      const head = ["From: a@elsewhere.test", `To: ${address}`, `Subject: ${subject}`];
      sandbox.deliver(address, Buffer.from([...head, "", "x", ""].join("\r\n")));
      await pause(DELIVER_EVERY_MS);
    }
  })();
  const announced = () => {
    const heard = [...bag.of("mail.received.v1").values()];
    return new Map(heard.map(({ message, at }) => [(message.body as { subject: string | null }).subject, at]));
  };
  const longestGap = ({ address }: Mailbox, from: number, until: number) => {
    const between = signIns.filter((one) => one.address === address && one.at > from && one.at < until);
    const times = [from, ...between.map(({ at }) => at), until];
    return longest(
      times.slice(1).map((next, before) => ({ at: times[before] ?? next, ms: next - (times[before] ?? next) })),
    );
  };

  return {
    received: async () => {
      delivering = false;
      await pumping;
      await untilNothingIsMissing(async () => {
        const heard = announced();
        const missing = [...deliveries.keys()].filter((subject) => !heard.has(subject));
        return missing.length > 0 ? `${missing.length} of ${deliveries.size} not heard by a watch` : "";
      });
    },
    waits: (from, until) => {
      const heard = announced();
      const delays = [...deliveries].flatMap(([subject, at]) =>
        at >= from && at <= until ? [{ at, ms: (heard.get(subject) ?? Number.POSITIVE_INFINITY) - at }] : [],
      );
      const polled = (kind: Kind) => longest(mailboxes[kind].map((one) => longestGap(one, from, until)));
      return {
        watched: longest(delays),
        "polled by IMAP": polled("polled by IMAP"),
        "polled by POP3": polled("polled by POP3"),
      };
    },
    end: async () => {
      delivering = false;
      await pumping;
      stopListening();
      for (const { id } of Object.values(mailboxes).flat()) {
        const key = { idempotencyKey: randomUUID() };
        await untilAnswered(() => api.delete(`/mailboxes/${id}`, key));
      }
    },
  };
}
