import { type Bus, connectBus, type Incoming } from "@mailfleet/bus";
import type { Logger } from "@mailfleet/contracts";

const quiet: Logger = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {}, child: () => quiet };

/** One thing that happened, as an outside consumer received it: perhaps several times, with these `Nats-Msg-Id`s. */
interface Heard {
  readonly ids: Set<string>;
  /** When it came first, milliseconds since the epoch. */
  readonly at: number;
  times: number;
  readonly message: Incoming;
}

/** A consumer outside that counts every fact. */
export interface FactBag {
  /** What was received of this kind, by its natural key. */
  of(type: FactType): ReadonlyMap<string, Heard>;
  /** Everything that was said twice under two ids, in words; a repetition with the same id is allowed. */
  doubled(): string[];
  /** How often something was received again with the same id. */
  readonly repeats: number;
  stop(): Promise<void>;
}

/** What makes two messages the same fact, for each type that a consumer outside lives on. */
const keyOf = {
  "mail.received.v1": (body: { messageKey: string }) => body.messageKey,
  "mail.sent.v1": (body: { sendId: string }) => body.sendId,
  "mail.uncertain.v1": (body: { sendId: string; attempt: number }) => `${body.sendId}, attempt ${body.attempt}`,
  "mailbox.transitioned.v1": (body: { mailboxId: string; v: number }) => `${body.mailboxId} v${body.v}`,
  "mailbox.tested.v1": (body: { mailboxId: string; v: number; direction: string }) =>
    `${body.mailboxId} v${body.v} ${body.direction}`,
} as const;
export type FactType = keyof typeof keyOf;

/** Listens to every fact from now on, over the loss of nodes. `url` names every node. */
export async function startFactBag(url: string): Promise<FactBag> {
  const bus: Bus = await connectBus({ url, name: "outside", logger: quiet, isOutage: () => false });
  const heard = new Map<FactType, Map<string, Heard>>(Object.keys(keyOf).map((type) => [type as FactType, new Map()]));
  const sequences = new Set<number>();
  let repeats = 0;
  const filters = ["fact.mail.*.*", "fact.mailbox.*.*"];
  const following = await bus.follow({ filters, startTime: Date.now() - 1000 }, (message) => {
    // A place in the stream is heard once: what comes again is another message of the stream.
    if (sequences.has(message.sequence)) return;
    sequences.add(message.sequence);
    const of = heard.get(message.type as FactType);
    if (!of) return;
    const key = keyOf[message.type as FactType](message.body as never);
    const before = of.get(key);
    if (!before) return void of.set(key, { ids: new Set([message.id]), at: Date.now(), times: 1, message });
    before.times++;
    if (before.ids.has(message.id)) repeats++;
    else before.ids.add(message.id);
  });
  return {
    of: (type) => heard.get(type) ?? new Map(),
    doubled: () =>
      [...heard].flatMap(([type, of]) =>
        [...of].flatMap(([key, { ids }]) => (ids.size > 1 ? [`${type} ${key} as ${[...ids].join(" and ")}`] : [])),
      ),
    get repeats() {
      return repeats;
    },
    stop: async () => {
      await following.stop();
      await bus.stop();
    },
  };
}
