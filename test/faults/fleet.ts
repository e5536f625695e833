import { randomUUID } from "node:crypto";
import { type Mailbox, type Profile, type ServiceName, serviceNames } from "@mailfleet/contracts";
import type { Sandbox, StackOptions } from "@mailfleet/local";
import { type FleetWorld, shortWaits, startWorld } from "../world/fleet-world.ts";
import { type FactBag, startFactBag } from "./fact-bag.ts";
import { untilAnswered, untilNothingIsMissing } from "./progress.ts";

/** Where all outgoing mail of these tests goes: a sandbox account that is not a Mailfleet mailbox. */
export const customer = "customer@sandbox.test";

/** Services that run twice: everything but the console, behind which each installation has a balancer of its own. */
export const twins = serviceNames.filter((name): name is Exclude<ServiceName, "console"> => name !== "console");

/** Of each service, MiB: several fleets stand side by side. */
const HEAP = 256;

/** A Mailfleet with mailboxes by IMAP and POP3, and a consumer outside. */
export interface Fleet {
  readonly world: FleetWorld;
  readonly bag: FactBag;
  readonly mailboxes: readonly Mailbox[];
  /** Message-IDs of all sends that were answered, of every flow. */
  readonly known: Set<string>;
  /** What the services have said from `warn` on, oldest first. */
  readonly warnings: readonly string[];
  /** What is done with a send of unknown fate. */
  uncertain(policy: "hold" | "resend"): Promise<void>;
  /** One process of each service but the console, or two. */
  replicas(count: 1 | 2): Promise<void>;
  /** Resolves when the engines are whole. */
  whole(): Promise<void>;
  stop(): Promise<void>;
}

/** How a fleet is made. */
export interface FleetOptions {
  readonly mailboxes: number;
  /** What its stack has otherwise than engines of its own and one process of each service. */
  readonly stack: Partial<StackOptions>;
  /** Answers the ports that profiles name, where they are not those of the mail server. */
  readonly beforeMail?: (sandbox: Sandbox) => Promise<{ imap: number; pop3: number; smtp: number }>;
  readonly whole?: () => Promise<void>;
}

/** Whether a mailbox is read by IMAP: every other one. */
export const byCursor = (address: string) => Number(/\d+/.exec(address)) % 2 === 1;

/** Starts everything. Of four mailboxes two read by IMAP, one by POP3, one by POP3 deleting what it has read. */
export async function startFleet(options: FleetOptions): Promise<Fleet> {
  const warnings: string[] = [];
  const { stack } = options;
  const cleanups: (() => Promise<void>)[] = [];
  const stop = async () => {
    for (const cleanup of cleanups.reverse()) await cleanup();
  };
  const world = await startWorld({
    logs: ({ source, level, text }) => {
      if (level >= 40 || source === "stack") warnings.push(`[${source}] ${text}`);
    },
    deathsAllowed: Number.POSITIVE_INFINITY, // a quick machine gets through five kills of one service in a minute
    ...stack,
    env: { NODE_OPTIONS: `--max-old-space-size=${HEAP}`, ...stack.env },
  });
  cleanups.push(() => world.stop());
  try {
    const { api } = world;
    const bag = await startFactBag(world.stack.natsUrl);
    cleanups.push(() => bag.stop());

    // A result that is lost must not be healed by a deadline before anybody sees that nothing moves.
    await untilAnswered(() => api.patch("/settings", { retryPolicy: { ...shortWaits, testDeadlineMs: 90_000 } }));
    world.sandbox.addAccount(customer, "secret");
    const { imapPort, pop3Port, smtpPort } = world.sandbox;
    const ports = (await options.beforeMail?.(world.sandbox)) ?? { imap: imapPort, pop3: pop3Port, smtp: smtpPort };
    const server = { host: world.sandbox.host, security: "none" };
    const outbound = { protocol: "smtp", ...server, port: ports.smtp };
    const profile = (name: string, protocol: "imap" | "pop3") => {
      const key = { idempotencyKey: randomUUID() };
      const inbound = { protocol, ...server, port: ports[protocol] };
      return untilAnswered(() => api.post<Profile>("/profiles", { name, inbound, outbound }, key));
    };
    const imap = await profile("IMAP", "imap");
    const pop3 = await profile("POP3", "pop3");
    await untilAnswered(() => api.patch("/settings", { defaultProfileId: imap.id }));
    const mailboxes = await Promise.all(
      Array.from({ length: options.mailboxes }, (_, n) => {
        const address = `queue${n + 1}@sandbox.test`;
        const byPop3 = { profileId: pop3.id, deleteAfterProcessing: n % 4 === 1 };
        return enabledMailbox(world, address, byCursor(address) ? { profileId: imap.id } : byPop3);
      }),
    );
    return {
      ...{ world, bag, mailboxes, warnings, known: new Set(), stop },
      whole: options.whole ?? (async () => {}),
      replicas: async (count) => {
        const seconds = twins.map((name) => world.stack.service(name, 2));
        await Promise.all(seconds.map((one) => (count === 1 ? one.stop() : one.start())));
        await untilNothingIsMissing(async () => {
          const ready = world.stack.services.filter(({ state }) => state === "ready").length;
          return ready === 1 + count * twins.length ? "" : `${ready} processes are ready`;
        });
      },
      uncertain: async (uncertainPolicy) => {
        for (const { id } of [imap, pop3]) await untilAnswered(() => api.patch(`/profiles/${id}`, { uncertainPolicy }));
      },
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** An account at the sandbox and a mailbox for it that runs, however long that takes. */
export async function enabledMailbox(world: FleetWorld, address: string, more: object): Promise<Mailbox> {
  world.sandbox.addAccount(address, "secret");
  const credentials = { username: address, password: "secret" };
  const command = <Answer>(path: string, body: object) => {
    const key = { idempotencyKey: randomUUID() };
    return untilAnswered(() => world.api.post<Answer>(path, body, key));
  };
  const { id } = await command<Mailbox>("/mailboxes", { address, kind: "queue", credentials, ...more });
  await command(`/mailboxes/${id}/approve`, { address });
  await command(`/mailboxes/${id}/test-and-enable`, {});
  let mailbox: Mailbox | undefined;
  await untilNothingIsMissing(async () => {
    mailbox = await world.mailbox(id);
    return mailbox.lifecycle === "enabled.running" ? "" : `${address} is ${mailbox.lifecycle}`;
  });
  return mailbox!;
}
