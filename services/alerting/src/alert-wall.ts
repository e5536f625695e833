import type { Bus } from "@mailfleet/bus";
import type { AlertCleared, AlertObject, AlertRaised, FailPoint, Logger } from "@mailfleet/contracts";
import type { AlertDocument, AlertRepository } from "@mailfleet/store";
import { alertIdOf, cleared, type Origin, raised } from "./alert-step.ts";

/** What the wall works with. */
export interface AlertWallPorts {
  readonly alerts: AlertRepository;
  readonly bus: Pick<Bus, "publishAll">;
  readonly failPoint: FailPoint;
  readonly logger: Logger;
  readonly quietMs: number;
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
}

const swapAttempts = 10;
const hour = 3_600_000;
/** Longer than the stream keeps what could still speak of it. */
const forgottenMs = 30 * 24 * hour;
const leftoverMs = 5000;

export function createAlertWall(ports: AlertWallPorts): AlertWall {
  const { alerts, bus, failPoint, now, quietMs } = ports;
  const context = (origin: Origin) => ({ origin, now: now(), quietMs });

  const publish = async (alert: AlertDocument) => {
    if (alert.outbox.length === 0) return;
    await bus.publishAll(alert.outbox);
    await alerts.removeFromOutbox(
      alert._id,
      alert.outbox.map((message) => message.id),
    );
  };

  const change: AlertWall["change"] = async (id, step) => {
    for (let attempt = 0; attempt < swapAttempts; attempt++) {
      const before = await alerts.get(id);
      const after = step(before);
      // A repetition may be the redelivery after a crash between storing and publishing.
      if (!after) {
        if (before) await publish(before);
        return before;
      }
      const stored = await alerts.swap(after);
      if (!stored) continue;
      failPoint("alerting.after-store");
      if (stored.episode !== (before?.episode ?? 0)) ports.onOpened(stored);
      await publish(stored);
      return stored;
    }
    throw new Error(`alert ${id} was changed by others ${swapAttempts} times in a row`);
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
    publishLeftovers: async () => {
      for (const alert of await alerts.withOutbox(now() - leftoverMs, 200)) await publish(alert);
    },
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
