import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { type AlertObject, type FailureCode, FailureError, failureOf } from "@mailfleet/contracts";
import * as decisions from "../alert/decide.ts";
import { alertIdOf } from "../alert/decide.ts";
import type { AlertDocument } from "../alert/document.ts";
import type { NoticeChannel, UsableSettings } from "../notice/channel.ts";
import { sendSuccesses } from "../notice/send-successes.ts";
import type { AlertingPorts } from "../ports.ts";
import { ownedMailbox, ownedProfile } from "./owned-mailbox.ts";

const pace = { quietMs: 1000, gatherMs: 50, retryMs: 100 };
const settings = {
  ...{ from: "mailfleet@example.test", to: [], format: "text", mode: "smtp", relay: null },
  ...{ notifyOwners: true, ownerSeverities: ["information"] },
  ...{ language: "en", recipientLanguages: [] },
} as unknown as UsableSettings;

/** A success about this mailbox, whose owner has the same name, as it is taken to be sent. */
function success(name: string, episode = 1): AlertDocument {
  const object: AlertObject = { type: "mailbox", id: `mb_${name}`, label: name };
  const fact = { at: 1, object, code: "MAILBOX_ENABLED", detail: "Receiving works." };
  const decision = decisions.raised(null, fact, { origin: { id: name }, now: 1, ...pace });
  assert.ok(decision);
  const frame = { _id: alertIdOf(object, fact.code), v: 1, handled: [], outbox: [], createdAt: 1, changedAt: 1 };
  return { ...decision.after, ...frame, episode };
}

/** Alerting with what it keeps in a map, and a mail server that says this to each address. */
function given(alerts: readonly AlertDocument[], says: Readonly<Record<string, FailureCode>> = {}) {
  const kept = new Map(alerts.map((alert) => [alert._id, alert]));
  const stop = new AbortController();
  const asked: string[] = [];
  const state = { failures: 0, pausedUntil: 0 };
  let time = 1000;
  const quiet = () => {};
  const ports = {
    ...pace,
    now: () => time,
    signal: stop.signal,
    logger: { warn: quiet, info: quiet, error: quiet },
    metrics: { notices: { inc: quiet }, serverFailures: { inc: quiet } },
    mailServer: { get: async () => state, set: async (next: object) => void Object.assign(state, next) },
    bus: {
      request: async (operation: string, { id }: { id: string }) =>
        operation === "config.mailbox.get"
          ? { ...ownedMailbox(id, `${id.slice(3)}@Example.test`), profileId: "pf_one" }
          : ownedProfile(id, "profile@example.test"),
    },
    wall: {
      raise: async () => {},
      clear: async () => {},
      changeNotice: async (id: string, _key: string, decide: (alert: AlertDocument) => AlertDocument | null) => {
        const present = kept.get(id);
        const next = present && decide(present);
        if (next) kept.set(id, { ...next, v: next.v + 1 });
      },
    },
  } as unknown as AlertingPorts;
  const channel = {
    send: async ({ envelope: { to } }: Parameters<NoticeChannel["send"]>[0]) => {
      const [address = ""] = to;
      asked.push(address);
      const code = says[address];
      if (code) throw new FailureError(failureOf(code, { reply: "no" }));
      onTold(address);
      return { rejected: [] };
    },
  } as unknown as NoticeChannel;
  const pass = (ms: number) => {
    time += ms;
  };
  let onTold: (address: string) => void = quiet;
  const pending = () => [...kept.values()].filter(({ notice }) => notice.pending);
  return {
    kept: () => [...kept.values()],
    /** To whom a mail was offered. */
    asked,
    state,
    after: (what: (address: string, actions: { stop(): void; pass(ms: number): void }) => void) => {
      onTold = (address) => what(address, { stop: () => stop.abort(), pass });
    },
    round: (until = 1_000_000) => sendSuccesses(ports, settings, pending(), async () => channel, until),
  };
}
const notices = (alerts: readonly AlertDocument[]) =>
  alerts.map(({ notice: { state, settled, due } }) => [state, settled?.join() ?? "", due]);

describe("owners that are told of successes", () => {
  test("are not told again when the server fails behind them, nor is who refused asked again", async () => {
    const says: Record<string, FailureCode> = {
      "profile@example.test": "RECIPIENT_REFUSED",
      "b@Example.test": "SERVER_UNAVAILABLE",
    };
    const town = given([success("a"), success("b")], says);
    assert.equal(await town.round(), false);
    assert.deepEqual(town.asked, ["a@Example.test", "profile@example.test", "b@Example.test"]);
    assert.equal(town.state.failures, 1);
    delete says["b@Example.test"];
    assert.equal(await town.round(), true);
    assert.deepEqual(town.asked.slice(3), ["b@Example.test"]);
    assert.deepEqual(notices(town.kept()), [
      ["sent", "", undefined],
      ["sent", "", undefined],
    ]);
  });

  test("wait alone while their mailbox does not take it, and hold up no other", async () => {
    const says: Record<string, FailureCode> = { "a@Example.test": "MESSAGE_DEFERRED" };
    const town = given([success("a"), success("b")], says);
    assert.equal(await town.round(), true);
    assert.deepEqual(town.asked, ["a@Example.test", "profile@example.test", "b@Example.test"]);
    assert.deepEqual(town.state, { failures: 0, pausedUntil: 0 });
    assert.deepEqual(notices(town.kept()), [
      ["pending", "profile@example.test", 1000 + 999],
      ["sent", "", undefined],
    ]);
  });

  test("are told in the next round when the process ends or the lease is nearly over", async () => {
    for (const end of ["stop", "lease"] as const) {
      const town = given([success("a"), success("b")]);
      town.after((_, { stop, pass }) => (end === "stop" ? stop() : pass(2_000_000)));
      await town.round();
      assert.deepEqual(town.asked, ["a@Example.test"], end);
      assert.deepEqual(
        notices(town.kept()).map(([state, settled]) => [state, settled]),
        [
          ["pending", "a@example.test"],
          ["pending", ""],
        ],
      );
    }
  });
});
