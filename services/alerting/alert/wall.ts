import type { Bus } from "@mailfleet/bus";
import type { AlertCleared, AlertObject, AlertRaised, FailPoint, Logger, OutgoingMessage } from "@mailfleet/contracts";
import { compareAndSwap, eachAlone } from "@mailfleet/kit";
import type { AlertingPorts } from "../ports.ts";
import type { AlertDocument } from "./document.ts";
import { alertIdOf, cleared, type Origin, raised } from "./step.ts";
import type { AlertStore } from "./store.ts";

/** What the wall works with. */
interface AlertWallPorts {
  readonly alerts: AlertStore;
  readonly bus: Pick<Bus, "publishAll" | "publishEach">;
  readonly failPoint: FailPoint;
  readonly logger: Logger;
  readonly quietMs: number;
  /** Longer than the server keeps what it took in memory only, shorter than it recognises a repeated id. */
  readonly confirmMs: number;
  now(): number;
  /** Called when an alert opens. */
  onOpened(alert: AlertDocument): void;
}

/** All alerts, and the only way to change one. Whatever is done twice has the effect of once. */
export interface AlertWall {
  raise(fact: AlertRaised, origin: Origin): Promise<void>;
  /** Without codes all alerts of the object (and direction, if it names one). */
  clear(fact: AlertCleared, origin: Origin): Promise<void>;
  /** Clears all alerts of something that is gone; later ones about it are cleared at once. */
  forget(object: AlertObject, origin: Origin): Promise<void>;
  /** One compare-and-swap, tried again when somebody was faster; then its facts are published. */
  change(id: string, step: (before: AlertDocument | null) => AlertDocument | null): Promise<AlertDocument | null>;
  /** Publishes what a replica that died left behind. */
  publishLeftovers(): Promise<void>;
  /**
   * Says each fact once more with the same id, half a minute after it was published: the server knows it and drops it,
   * unless it has lost what it took, as it may when its machine dies.
   */
  confirmFacts(): Promise<void>;
}

const hour = 3_600_000;
/** Longer than the stream keeps what could still speak of it. */
const forgottenMs = 30 * 24 * hour;
const leftoverMs = 5000;
const perRound = 200;

/** The wall of this service: an alert that opens is counted, and its mail is looked for at once. */
export function wallOf(ports: AlertingPorts): AlertWall {
  return createAlertWall({
    ...ports,
    onOpened: ({ code }) => {
      ports.meters.alertRaised(code);
      ports.kick("notices");
    },
  });
}

function createAlertWall(ports: AlertWallPorts): AlertWall {
  const { alerts, bus, failPoint, now, quietMs, confirmMs } = ports;
  const context = (origin: Origin) => ({ origin, now: now(), quietMs });

  const publish = async (alert: AlertDocument) => {
    if (alert.outbox.length === 0) return;
    await bus.publishAll(alert.outbox);
    await alerts.published(alert._id, alert.outbox, now() + confirmMs);
  };

  const change: AlertWall["change"] = async (id, step) => {
    const { alert } = await compareAndSwap(`the alert ${id}`, async () => {
      const before = await alerts.get(id);
      const after = step(before);
      // A repetition may be the redelivery after a crash between storing and publishing.
      if (!after) return { alert: before };
      const stored = await alerts.swap(after);
      if (!stored) return null;
      failPoint("alerting.after-store");
      if (stored.episode !== (before?.episode ?? 0)) ports.onOpened(stored);
      return { alert: stored };
    });
    if (alert) await publish(alert);
    return alert;
  };

  /** Publishes facts of many alerts as far as it goes: what is refused, or whose alert cannot be written, waits alone. */
  const publishFacts = async (
    found: readonly AlertDocument[],
    factsOf: (alert: AlertDocument) => readonly OutgoingMessage[],
    written: (alert: AlertDocument, facts: readonly OutgoingMessage[]) => Promise<void>,
  ) => {
    const outcomes = await bus.publishEach(found.flatMap(factsOf));
    let at = 0;
    const taken = found.map((alert) => {
      const facts = factsOf(alert);
      const own = outcomes.slice(at, at + facts.length);
      at += facts.length;
      return { alert, facts: facts.filter((_, index) => own[index] !== null) };
    });
    const alone = {
      logger: ports.logger,
      what: "facts of alerts",
      name: (one: (typeof taken)[number]) => one.alert._id,
    };
    await eachAlone(taken, alone, async ({ alert, facts }) => {
      if (facts.length > 0) await written(alert, facts);
    });
  };

  const clear: AlertWall["clear"] = async (fact, origin) => {
    // The mark first, then the search: a raise does the reverse, so one of the two sees the other.
    for (const name of marksOf(fact.object, fact.codes)) await alerts.markCleared(name, fact.at, now() + hour);
    for (const found of await alerts.raisedAbout(fact.object, fact.codes))
      await change(found._id, (before) => before && cleared(before, fact, context(origin)));
  };

  return {
    change,
    clear,
    raise: async (fact, origin) => {
      const id = alertIdOf(fact.object, fact.code);
      const stored = await change(id, (before) => raised(before, fact, context(origin)));
      if (stored?.state !== "raised") return;
      const at = await alerts.lastCleared(marksThatReach(fact.object, fact.code));
      if (at <= fact.at) return;
      const late = { object: fact.object, at };
      const clearOrigin = { ...origin, id: `${origin.id}:cleared-already` };
      await change(id, (before) => before && cleared(before, late, context(clearOrigin)));
    },
    forget: async (object, origin) => {
      const forEver = Number.MAX_SAFE_INTEGER;
      for (const name of marksOf(object)) await alerts.markCleared(name, forEver, now() + forgottenMs);
      for (const found of await alerts.raisedAbout(object))
        await change(found._id, (before) => before && cleared(before, { object, at: forEver }, context(origin)));
    },
    publishLeftovers: async () =>
      publishFacts(
        await alerts.withOutbox(now() - leftoverMs, perRound),
        ({ outbox }) => outbox,
        ({ _id }, facts) => alerts.published(_id, facts, now() + confirmMs),
      ),
    confirmFacts: async () =>
      publishFacts(
        await alerts.unconfirmed(now(), perRound),
        ({ unconfirmed = [] }) => unconfirmed,
        ({ _id }, facts) =>
          alerts.confirmed(
            _id,
            facts.map(({ id }) => id),
          ),
      ),
  };
}

const any = "*";
const mark = (object: AlertObject, direction: string, code: string) =>
  [object.type, object.id, direction, code].join("|");

/** The names under which a clear is written down. */
function marksOf(object: AlertObject, codes: readonly string[] = [any]): string[] {
  return codes.map((code) => mark(object, object.direction ?? any, code));
}

/** The names of all clears that reach this alert. */
function marksThatReach(object: AlertObject, code: string): string[] {
  const directions = object.direction ? [object.direction, any] : [any];
  return directions.flatMap((direction) => [mark(object, direction, code), mark(object, direction, any)]);
}
