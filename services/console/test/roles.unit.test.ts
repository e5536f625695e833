import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { ProblemError, type Role, roles } from "@mailfleet/contracts";
import { refuseUnlessAllowed } from "../http/authenticate.ts";
import { allRoutes } from "../http/routes.ts";

const routes = allRoutes();
/** Each operation once; a secret's own routes are changes of its object. */
const operations = [...new Map(routes.map((route) => [route.operation, route])).values()];

/** Who may do what beside administrators, who may do everything. A new operation that is not here is theirs alone. */
const table: Readonly<Record<Exclude<Role, "administrator">, readonly string[]>> = {
  approver: ["mailbox.approve", "mailbox.reject", "job.create", "job.cancel"],
  operator: [
    ...["resubmit", "test", "test-and-enable", "disable", "sync-now"].map((verb) => `mailbox.${verb}`),
    ...["fetch-again", "audit", "compare", "republish"].map((verb) => `message.${verb}`),
    ...["acknowledge", "mute", "unmute", "settle", "delete"].map((verb) => `incident.${verb}`),
    ...["alert.delete", "profile.test-connection", "job.create", "job.cancel"],
    ...["send.release", "send.discard", "dead-letter.replay"],
    ...["subscription.test", "subscription.replay", "delivery.replay"],
  ],
  reader: [],
  owner: [
    ...["get", "list", "update", "test", "test-and-enable", "disable", "history", "send-code", "approve-by-code"].map(
      (verb) => `mailbox.${verb}`,
    ),
    ...["alert.get", "alert.list", "mail.get", "mail.list", "profile.list", "sign-in.begin", "sign-in.poll"],
  ],
};
/** What readers may do, and with them approvers and operators: all that changes nothing, but for these. */
const hidden = ["token.list", "session.list", "audit.list", "audit.get", "checkup.get", "checkup.describe"];
const reads = [
  ...routes.filter(({ method, operation }) => method === "GET" && !hidden.includes(operation)),
  // Who reads facts says how far it has come.
  ...routes.filter(({ operation }) => operation === "subscription.acknowledge"),
].map(({ operation }) => operation);

const mayDo = (role: Role, operation: string) =>
  role === "administrator" || table[role].includes(operation) || (role !== "owner" && reads.includes(operation));

const refusalOf = (caller: { role: Role; only?: readonly string[] }, operation: string): ProblemError | undefined => {
  const route = operations.find((one) => one.operation === operation);
  assert.ok(route, operation);
  try {
    refuseUnlessAllowed({ name: "robot", ...caller }, route);
    return undefined;
  } catch (error) {
    assert.ok(error instanceof ProblemError);
    return error;
  }
};

describe("who may do what", () => {
  for (const role of roles)
    it(`as ${role}: ${operations.length} operations`, () => {
      for (const { operation } of operations) {
        const refusal = refusalOf({ role }, operation);
        assert.equal(refusal === undefined, mayDo(role, operation), `${role} ${operation}`);
        if (refusal) assert.ok(refusal.problem.detail.endsWith(`may not do ${operation}.`), refusal.problem.detail);
      }
    });

  it("names no operation that does not exist", () => {
    const known = new Set(operations.map(({ operation }) => operation));
    assert.deepEqual(
      [...Object.values(table).flat(), ...hidden].filter((operation) => !known.has(operation)),
      [],
    );
  });

  it("says which role is missing", () => {
    const { detail, remedy } = refusalOf({ role: "reader" }, "mailbox.approve")?.problem ?? {};
    assert.equal(detail, 'The token "robot" has the role reader: it may not do mailbox.approve.');
    assert.equal(remedy, "Ask an administrator to do it, or for a token with the role approver or administrator.");
  });

  it("confines a token to single operations of its role", () => {
    const only = ["incident.acknowledge", "alert.*"];
    const may = (operation: string) => refusalOf({ role: "operator", only }, operation) === undefined;
    assert.deepEqual(["incident.acknowledge", "alert.list", "alert.delete"].map(may), [true, true, true]);
    assert.deepEqual(["incident.mute", "incident.list", "mailbox.test"].map(may), [false, false, false]);
    assert.ok(
      refusalOf({ role: "reader", only: ["mailbox.*"] }, "mailbox.approve"),
      "it gives nothing that the role lacks",
    );
  });
});
