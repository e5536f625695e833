import { setTimeout as delay } from "node:timers/promises";
import type { Consumption, Incoming, RequestHandlers } from "@mailfleet/bus";
import { type Logger, ProblemError, type Repaired } from "@mailfleet/contracts";
import type { Counter } from "prom-client";
import { audited } from "../audit/audited.ts";
import type { CommandInput } from "../document/command.ts";
import { Conflict } from "../document/conflict.ts";
import type { DocumentStore } from "../document/document.ts";
import { createDocuments, type Documents } from "../document/documents.ts";
import { type Kept, singleId } from "../document/keep.ts";
import { lookAtHealth } from "../health/look.ts";
import type { Vitals } from "../health/vitals.ts";
import { startTick, type Tick } from "../tick/tick.ts";
import type { Listener, ServiceDeclaration, ServicePorts } from "./define-service.ts";
import type { OwnEnvironment } from "./environment.ts";
import { lastLines } from "./logger.ts";
import { metricsOf, usualSeconds } from "./metrics-of.ts";

/** Opens a collection of documents; `@mailfleet/store` has one. */
export type OpenDocuments = (collection: string, unlisted: readonly string[]) => DocumentStore<never>;

/** What a service is started with: its ports, except those that starting makes. */
export type GivenPorts<Ports extends ServicePorts, Derived extends keyof Ports = never> = Omit<
  Ports,
  "documents" | "kick" | "signal" | Derived
> & {
  readonly openDocuments?: OpenDocuments;
  /** With it the service says how it is when it is asked. */
  readonly vitals?: Omit<Vitals, "outboxMs">;
};

/** Times that differ from the declaration, for tests. */
export interface Times {
  /** Pause of a tick by its name, milliseconds. `relay` is the kit's own. */
  readonly everyMs?: Readonly<Record<string, number>>;
  /** How old an outbox entry is before it is the relay tick's. */
  readonly relayAgeMs?: number;
  /** How long after its publication a fact about an alert is said once more. */
  readonly againMs?: number;
}

/** A service that runs. */
export interface StartedService<Ports> {
  readonly ports: Ports;
  /** Ends ticks and consumers, finishes what is under way. The bus and the store are the caller's. */
  stop(): Promise<void>;
}

/** An answer on the bus has a megabyte. */
const longestMetrics = 400_000;
const usual = { relayMs: 1000, relayAgeMs: 5000 };
const warmMs = 2000;

/**
 * Starts what a service declares, in order: documents, answers, consumers, ticks. `stop` goes the other way: ticks and
 * consumers first; answers end with the bus. Streams, consumers and collections must be there.
 */
export async function startService<
  Ports extends ServicePorts,
  Own extends OwnEnvironment,
  Derived extends keyof Ports = never,
>(
  declaration: ServiceDeclaration<Ports, Own, Derived>,
  given: GivenPorts<Ports, Derived>,
  times: Times = {},
): Promise<StartedService<Ports>> {
  const { bus, logger, registry, now } = given as unknown as ServicePorts;
  const ending = new AbortController();
  const ticks = new Map<string, Tick>();
  const { asked, counter, histogram } = metricsOf(registry);
  const relayed = counter("mailfleet_outbox_published_total", "Messages published from outboxes", "outcome");
  const opened = await openAll(declaration.keeps ?? [], given as unknown as GivenPorts<Ports>, {
    relayed,
    againMs: times.againMs,
    ports: () => ports,
  });
  const ports: Ports = {
    ...given,
    signal: ending.signal,
    documents: Object.fromEntries([...opened].map(([{ noun }, { documents }]) => [noun.name, documents])),
    kick: (tick: string) => ticks.get(tick)?.kick(),
  } as unknown as Ports;

  Object.assign(ports, declaration.derives?.(ports));
  const listeners = declaration.listens ?? [];
  const handlers: Record<string, unknown> = {};
  for (const [name, answer] of Object.entries(declaration.answers ?? {}))
    handlers[name] = (...request: [never, never]) => answer(ports, ...request);
  for (const [kept, { documents }] of opened) Object.assign(handlers, kept.handlers(ports, documents, now));
  const oldestWaitingMs = async () =>
    Math.max(...(await Promise.all([...opened.values()].map(({ documents }) => documents.oldestWaitingMs()))));
  const { name, checks = {}, repairs = {}, erases } = declaration;
  const { vitals } = given;
  if (vitals) {
    const whole = { ...vitals, outboxMs: async () => (opened.size > 0 ? oldestWaitingMs() : null) };
    handlers[`${name}.health.look`] = () => lookAtHealth(name, { vitals: whole, checks, ports });
  }
  handlers[`${name}.health.repair`] = async () => {
    const items: Repaired[] = [];
    if (opened.size > 0) {
      let count = 0;
      for (const { documents } of opened.values()) count += await documents.relayWaiting(0);
      items.push({ what: "documents whose messages waited", count });
    }
    for (const [what, repair] of Object.entries(repairs)) items.push({ what, count: await repair(ports) });
    for (const tick of ticks.values()) tick.kick();
    return { items };
  };
  handlers[`${name}.health.describe`] = async () => ({
    metrics: (await registry.metrics()).slice(0, longestMetrics),
    log: [...lastLines()],
  });
  handlers[`${name}.traces.erase`] = async (mailbox: { mailboxId: string; address: string }) => ({
    removed: (await erases?.(ports, mailbox)) ?? {},
  });
  const writesItself = new Set([...opened.keys()].flatMap(({ writesAudit }) => [...writesAudit]));
  for (const [request, handle] of Object.entries(handlers))
    handlers[request] = audited(ports, name, request, {
      writesItself: writesItself.has(request),
      handle: handle as (input: CommandInput) => Promise<unknown>,
    });
  await bus.respond(handlers as RequestHandlers);

  if (declaration.warms) await warmedUp(declaration.warms(ports), logger);
  const isOutage = (error: unknown) => ports.isOutage(error) || isPassing(error);
  const consumptions = await Promise.all(listeners.map((listener) => consume(ports, listener, isOutage)));

  const metrics = {
    rounds: counter("mailfleet_tick_rounds_total", "Rounds of recurring work, by how they ended", "tick", "outcome"),
    seconds: histogram(
      "mailfleet_tick_round_seconds",
      "Time that a round of recurring work took",
      usualSeconds,
      "tick",
    ),
  };
  const begin = (name: string, everyMs: number, round: Parameters<typeof startTick>[2]) =>
    ticks.set(name, startTick(name, times.everyMs?.[name] ?? everyMs, round, { logger, metrics }));
  if (opened.size > 0) {
    asked(
      "mailfleet_outbox_oldest_seconds",
      "Age of the oldest message that waits in an outbox",
      async () => (await oldestWaitingMs()) / 1000,
    );
    begin("relay", usual.relayMs, async () => {
      for (const { documents } of opened.values()) await documents.relayWaiting(times.relayAgeMs ?? usual.relayAgeMs);
      return undefined;
    });
  }
  for (const [name, { everyMs, round }] of Object.entries(declaration.ticks ?? {})) begin(name, everyMs, round(ports));

  return {
    ports,
    async stop() {
      ending.abort(new Error("the service stops"));
      await Promise.all([
        ...[...ticks.values()].map((tick) => tick.stop()),
        ...consumptions.map((consumption) => consumption.stop()),
      ]);
    },
  };
}

/** What cannot be loaded now is loaded by the work that needs it. */
async function warmedUp(warming: Promise<unknown>, logger: Logger): Promise<void> {
  const over = new AbortController();
  const warmed = warming.catch((error: unknown) => logger.debug({ err: error }, "begins without having warmed up"));
  await Promise.race([warmed, delay(warmMs, undefined, { signal: over.signal }).catch(() => {})]);
  over.abort();
}

/** Somebody else is away, or was faster four times: no fault of the message, and never a reason to set it aside. */
function isPassing(error: unknown): boolean {
  return error instanceof Conflict || (error instanceof ProblemError && error.problem.code === "UNAVAILABLE");
}

type Opened<Ports> = Map<Kept<Ports>, { documents: Documents<never> }>;

/** The single document of a noun that has only one. The first process to start inserts it. */
function firstOf(body: object, at: number): never {
  const frame = { _id: singleId, v: 1, handled: [], outbox: [], createdAt: at, changedAt: at, living: true };
  return { ...body, ...frame } as never;
}

async function openAll<Ports extends ServicePorts>(
  keeps: readonly Kept<Ports>[],
  given: GivenPorts<Ports>,
  { relayed, againMs, ports }: { relayed: Counter<"outcome">; againMs: number | undefined; ports: () => Ports },
): Promise<Opened<Ports>> {
  const { bus, logger, failPoint, now } = given as unknown as ServicePorts;
  const opened: Opened<Ports> = new Map();
  for (const kept of keeps) {
    if (!given.openDocuments) throw new Error(`nothing opens the documents of ${kept.noun.name}`);
    const store = given.openDocuments(kept.collection, kept.unlisted);
    const { what, taken } = kept;
    const documents = createDocuments({
      ...{ store, publisher: bus, what, taken, logger, failPoint, relayed, now },
      check: async (document) => (await kept.check?.(ports(), document)) ?? null,
      ...(againMs === undefined ? {} : { againMs }),
    });
    if (kept.initial) await store.insert(firstOf(kept.initial, now()));
    opened.set(kept, { documents });
  }
  return opened;
}

function consume<Ports extends ServicePorts>(
  ports: Ports,
  listener: Listener<Ports>,
  isOutage: (error: unknown) => boolean,
): Promise<Consumption> {
  const { consumer, types, concurrency, keyOf } = listener;
  if (listener.batch)
    return ports.bus.consumeBatches(consumer, {
      types,
      maximumMessages: concurrency,
      isOutage,
      handle: listener.batch(ports) as (messages: Incoming[]) => Promise<void>,
    });
  if (!listener.handle) throw new Error(`nothing handles ${consumer.name}`);
  const acknowledged = listener.acknowledged?.(ports);
  return ports.bus.consume(consumer, {
    types,
    concurrency,
    isOutage,
    ...(keyOf ? { keyOf: keyOf as (message: Incoming) => string } : {}),
    handle: listener.handle(ports) as (message: Incoming, signal: AbortSignal) => Promise<void>,
    ...(acknowledged ? { acknowledged: acknowledged as (message: Incoming) => void } : {}),
  });
}
