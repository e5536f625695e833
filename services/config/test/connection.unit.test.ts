import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Connection } from "@mailfleet/contracts";
import { step } from "@mailfleet/mailbox";
import { connectionOf } from "../mailbox/connection.ts";
import { at, givenMailbox, givenProfile, givenWorld } from "./given-documents.ts";

/** A mailbox whose directions are being tested. */
function givenTesting(world = givenWorld()) {
  let mailbox = givenMailbox({}, world);
  for (const event of [
    { type: "approve", address: "sales@example.org", currentAddress: "Sales@example.org", at },
    { type: "test", enable: true, at },
  ] as const) {
    const result = step(mailbox.machine, event, world.policy);
    assert.equal(result.outcome, "accepted");
    if (result.outcome === "accepted") mailbox = { ...mailbox, machine: result.state };
  }
  return mailbox;
}

describe("a connection", () => {
  test("is allowed while a direction is tested, and fits its schema", () => {
    const world = givenWorld();
    const connection = connectionOf(givenTesting(world), "inbound", world);
    assert.equal(connection.allowed, true);
    assert.deepEqual(Connection.parse(connection), connection);
    assert.deepEqual(connection.server, { protocol: "imap", host: "imap.example.org", port: 993, security: "tls" });
    assert.equal(connection.processFrom, null);
  });
  test("is not allowed before approval, with an inactive profile, or before the profile's change has arrived", () => {
    const world = givenWorld();
    assert.equal(connectionOf(givenMailbox(), "inbound", world).allowed, false);
    const { profile } = world;
    const allowed = (change: object) =>
      connectionOf(givenTesting(), "inbound", { ...world, profile: { ...profile, ...change } }).allowed;
    assert.equal(allowed({}), true);
    assert.equal(allowed({ active: false }), false);
    assert.equal(allowed({ living: undefined }), false);
    const changedIn = (pointer: string) => ({ v: 2, relevantV: 2, changedIn: { ...profile.changedIn, [pointer]: 2 } });
    assert.equal(allowed(changedIn("/inbound/host")), false);
    // Nothing asks for another run then: to refuse this one would leave the mailbox in testing.
    assert.equal(allowed(changedIn("/outbound/host")), true);
  });
  test("takes the later of both dates", () => {
    const world = givenWorld(givenProfile({ processFrom: 10 }));
    const mailbox = givenTesting(world);
    assert.equal(connectionOf(mailbox, "inbound", world).processFrom, 10);
    mailbox.configuration.processFrom = 20;
    assert.equal(connectionOf(mailbox, "inbound", world).processFrom, 20);
    mailbox.configuration.processFrom = 5;
    assert.equal(connectionOf(mailbox, "inbound", world).processFrom, 10);
  });
});
