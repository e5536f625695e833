import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Connection, failureOf, type MailboxChange, type ProblemError } from "@mailfleet/contracts";
import type { MachineEvent } from "@mailfleet/mailbox";
import type { StoredMailbox } from "../mailbox/body.ts";
import { planChange } from "../mailbox/change.ts";
import { connectionOf } from "../mailbox/connection.ts";
import { decide, type Plan } from "../mailbox/decide.ts";
import { completeMailbox } from "../mailbox/new-mailbox.ts";
import { plans } from "../mailbox/plans.ts";
import { refuseImpossibleMailbox } from "../mailbox/possible-mailbox.ts";
import { at, givenMailbox, givenProfile, givenWorld } from "./given-documents.ts";

const host = "mail.example.org";
const exchange = (server: object = {}) =>
  givenProfile({ type: "exchange-server", inbound: { host, ...server }, outbound: { host, ...server } });
const online = (cloud: object = {}) =>
  givenProfile({
    ...{ type: "exchange-online", inbound: {}, outbound: {} },
    oauth: { provider: "microsoft", flow: "application", clientId: "app", tenantId: "example.org", ...cloud },
  });
const both = { inbound: "server-side", outbound: "server-side" } as const;
const withItems = { deliveryMethods: { ...both, act: "server-side" as const } };

describe("appointments, contacts and tasks are configured", () => {
  for (const [what, profile, kind, reason] of [
    ["of a user at Exchange, by impersonation", exchange(), "user", null],
    ["of a user with credentials of their own", exchange({ credentials: "mailbox", access: "own" }), "user", null],
    ["of a user at Exchange Online", online(), "user", null],
    ["of a user in Microsoft's cloud for China", online({ cloud: "china" }), "user", /no To Do/],
    ["of a queue", exchange(), "queue", /only a user's mailbox/],
    ["of a forward mailbox", exchange(), "forward", /only a user's mailbox/],
    ["by delegation", exchange({ access: "delegation" }), "user", /delegation is for mail only/],
    ["at another server", givenProfile(), "user", /only profiles of the types exchange-server and exchange-online/],
  ] as const)
    test(`${what}: ${reason === null ? "possible" : "refused in words"}`, () => {
      const outbound = kind === "forward" ? ("none" as const) : ("server-side" as const);
      const described = {
        kind,
        deliveryMethods: { ...withItems.deliveryMethods, outbound },
        deleteAfterProcessing: false,
      };
      const refuse = () => refuseImpossibleMailbox(described, profile, "/new");
      if (reason === null) return refuse();
      assert.throws(refuse, (error: ProblemError) => {
        assert.match(error.message, reason);
        assert.deepEqual(
          error.problem.errors?.map(({ pointer }) => pointer),
          ["/new/deliveryMethods/act"],
        );
        return true;
      });
    });

  test("a new mailbox that names no methods has the organisation's; one that others forward to sends nothing", () => {
    const methods = (settings: object, kind = "queue") => {
      const { inbound, outbound } = givenMailbox({ kind }, givenWorld(givenProfile(), settings)).configuration
        .deliveryMethods;
      return [inbound, outbound];
    };
    assert.deepEqual(methods({}), ["server-side", "server-side"]);
    assert.deepEqual(methods({}, "forward"), ["server-side", "none"]);
    assert.deepEqual(methods({ outboundDeliveryMethod: "none" }), ["server-side", "none"]);
    assert.deepEqual(methods({ inboundDeliveryMethod: "none" }), ["none", "server-side"]);
    const named = { deliveryMethods: { inbound: "server-side" } };
    const { deliveryMethods } = givenMailbox(named, givenWorld(givenProfile())).configuration;
    assert.deepEqual(deliveryMethods, { inbound: "server-side", outbound: "none", act: "none" });
  });

  test("a new mailbox that says nothing of them has the organisation's default where it can", () => {
    const made = (profile = exchange(), kind: "user" | "queue" = "user", act?: "none") =>
      completeMailbox(
        { address: "a@example.org", kind, deliveryMethods: { ...both, ...(act && { act }) } } as never,
        profile,
        {
          inboundDeliveryMethod: "server-side",
          outboundDeliveryMethod: "server-side",
          actDeliveryMethod: "server-side",
        },
      ).deliveryMethods.act;
    assert.deepEqual(
      [made(), made(exchange(), "queue"), made(givenProfile()), made(exchange(), "user", "none")],
      ["server-side", "none", "none", "none"],
    );
    assert.equal(givenMailbox({}, givenWorld(exchange())).configuration.deliveryMethods.act, "none");
  });

  test("a change of the methods that does not name them leaves them, and turning them on tests a wanted mailbox", () => {
    const world = givenWorld(exchange());
    const planned = (mailbox: StoredMailbox, change: MailboxChange) => planChange(mailbox, { change }, world, at);
    const before = givenMailbox(withItems, world);
    const left = planned(before, { deliveryMethods: { inbound: "none", outbound: "server-side" } });
    assert.deepEqual(left.events, [{ type: "configured", directions: ["outbound", "act"], at }]);
    const on = planned(givenMailbox({}, world), withItems);
    assert.deepEqual(on.events, [{ type: "configured", directions: ["inbound", "outbound", "act"], at }]);
  });
});

describe("appointments, contacts and tasks are tested", () => {
  const world = givenWorld(exchange());
  const approve: MachineEvent = {
    type: "approve",
    address: "sales@example.org",
    currentAddress: "sales@example.org",
    at,
  };
  const after = (mailbox: StoredMailbox, plan: Plan): StoredMailbox => {
    const occurrence = { id: "c-2", kind: "command", at, event: "x", by: "ada", plan: () => plan } as const;
    const decision = decide(mailbox, occurrence, world);
    assert.ok("after" in decision && decision.after);
    return { ...mailbox, ...decision.after };
  };
  const report = (mailbox: StoredMailbox, code?: "CONNECTION_LOST"): Plan => {
    const { generation } = mailbox.machine.directions.act.context;
    const said = { at, direction: "act", generation, purpose: "test" } as const;
    return {
      events: [code ? { ...said, type: "runFailed", failure: failureOf(code) } : { ...said, type: "runSucceeded" }],
    };
  };
  const approved = after(givenMailbox(withItems, world), { events: [approve] });
  const asked = (input: object) => plans["test-and-enable"](approved, input, at);
  const organisation = { id: "og_0001", name: "Ours" };

  test("a worker hears where they are, whose mark they get, and whether it replaces another one", () => {
    const connection = connectionOf(after(approved, asked({})), "act", world, { organisation });
    assert.deepEqual(Connection.parse(connection), connection);
    assert.equal(connection.allowed, true);
    assert.equal(connection.server.protocol, "ews");
    assert.deepEqual(connection.credentials, { type: "none", holder: "pf_0001", reason: "CREDENTIALS_MISSING" });
    assert.deepEqual(connection.act, { organisation, takeOver: false });
    assert.equal(connectionOf(after(approved, asked({})), "inbound", world).act, null);
  });

  test("taking over holds for this test and its repetitions, and ends with it", () => {
    const takes = (mailbox: StoredMailbox) => connectionOf(mailbox, "act", world, { organisation }).act?.takeOver;
    const testing = after(approved, asked({ takeOver: true }));
    assert.equal(takes(testing), true);
    const again = after(testing, report(testing, "CONNECTION_LOST"));
    assert.equal(again.machine.directions.act.value, "retesting");
    assert.equal(takes(again), true);
    assert.equal(takes(after(testing, asked({}))), false, "another test takes nothing over");
    const passed = after(testing, report(testing));
    assert.deepEqual(passed.machine.directions.act.value, { enabled: "running" });
    assert.equal(takes(passed), false);
  });

  test("taking over is refused to owners, and where there is nothing to take over", () => {
    const refusal = (code: string) => (error: ProblemError) => error.problem.code === code;
    assert.throws(() => asked({ takeOver: true, owner: 1 }), refusal("FORBIDDEN"));
    assert.throws(() => asked({ takeOver: true, directions: ["inbound"] }), refusal("NOT_POSSIBLE_NOW"));
    const mailOnly = givenMailbox({}, world);
    assert.throws(() => plans["test-and-enable"](mailOnly, { takeOver: true }, at), refusal("NOT_POSSIBLE_NOW"));
  });
});
