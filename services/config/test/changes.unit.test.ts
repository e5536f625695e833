import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { type MailboxChange, sealedFor } from "@mailfleet/contracts";
import { planChange } from "../mailbox/change.ts";
import { planSpread } from "../mailbox/spread-profiles.ts";
import { changedProfile } from "../profile/profile-change.ts";
import { relevantFields, unheard } from "../profile/relevant-fields.ts";
import { destinations, sealedCredentials, sealedForMailbox } from "./given-config.ts";
import { at, givenMailbox, givenProfile, givenWorld } from "./given-documents.ts";

const plan = (change: object, more: object = {}) => planChange(givenMailbox(), { change, ...more }, givenWorld(), at);
const credentials = sealedForMailbox("mb_0001");

describe("a change of a mailbox means", () => {
  test("nothing to the machine for name and process-from", () => {
    const { events, changedFields } = plan({ name: "Sales", processFrom: 5 });
    assert.deepEqual([events, changedFields], [[], ["/name", "/processFrom"]]);
  });
  test("nothing at all for what is so already", () => {
    const { events, changedFields } = plan({ address: "Sales@example.org" });
    assert.deepEqual([events, changedFields], [[], []]);
  });
  test("another address for another address, but not for another spelling of it", () => {
    assert.deepEqual(plan({ address: "sales@EXAMPLE.org" }).events, []);
    assert.deepEqual(plan({ address: "other@example.org" }).events, [
      { type: "addressChanged", approvalRequired: true, at },
    ]);
  });
  test("no new approval where none is required", () => {
    const world = givenWorld(givenProfile(), { approvalRequiredForUsers: false });
    const { events } = planChange(givenMailbox({}, world), { change: { owner: null } }, world, at);
    assert.deepEqual(events, [{ type: "ownerChanged", approvalRequired: false, at }]);
  });
  test("another owner for another address of the owner, not for another name", () => {
    assert.deepEqual(plan({ owner: { name: "Ada", email: "ada@example.org" } }).events, []);
    assert.equal(plan({ owner: { email: "bob@example.org" } }).events[0]?.type, "ownerChanged");
  });
  test("that earlier results are void in both directions for another profile", () => {
    const profile = { ...givenProfile({}, "pf_0002"), v: 3 };
    const { events, profile: taken } = plan({ profileId: "pf_0002" }, { profile });
    assert.deepEqual(events, [
      { type: "settingsChanged", fields: ["/profileId"], directions: ["inbound", "outbound"], at },
    ]);
    assert.deepEqual(taken, { v: 3, active: true });
  });
  test("the same for credentials, but only where the mailbox's own are used", () => {
    assert.deepEqual(plan({}, { credentials }).events, [
      { type: "settingsChanged", fields: ["/credentials"], directions: ["inbound", "outbound"], at },
    ]);
    const shared = givenProfile();
    shared.settings.outbound.credentials = "profile";
    const { events } = planChange(givenMailbox(), { change: {}, credentials }, givenWorld(shared), at);
    assert.deepEqual(events, [{ type: "settingsChanged", fields: ["/credentials"], directions: ["inbound"], at }]);
  });
  test("other configured directions for other delivery methods", () => {
    const { events } = plan({ deliveryMethods: { inbound: "server-side", outbound: "none", act: "none" } });
    assert.deepEqual(events, [{ type: "configured", directions: ["inbound"], at }]);
  });
  test("a change that names one direction leaves the others as they are", () => {
    const before = givenMailbox();
    const change = (deliveryMethods: NonNullable<MailboxChange["deliveryMethods"]>) =>
      planChange(before, { change: { deliveryMethods } }, givenWorld(), at).configuration?.deliveryMethods;
    const both = { inbound: "server-side", outbound: "server-side", act: "none" };
    assert.deepEqual(change({ inbound: "server-side" }), both);
    assert.deepEqual(change({ inbound: "none" }), { ...both, inbound: "none" });
    assert.deepEqual(change({ outbound: "none" }), { ...both, outbound: "none" });
    assert.deepEqual(change({}), both);
  });
  test("inactive for an inactive profile", () => {
    const profile = { ...givenProfile({}, "pf_0002"), active: false };
    assert.equal(plan({ profileId: "pf_0002" }, { profile }).events.at(-1)?.type, "deactivate");
  });
});

describe("a change of a profile", () => {
  const profile = givenProfile();
  const change = (wanted: Parameters<typeof changedProfile>[1]) => {
    const after = changedProfile(profile, wanted, at);
    return { ...profile, ...after, v: 2 };
  };
  const server = { ...profile.settings.inbound, port: 143 };

  test("of names and limits is nothing that mailboxes must hear", () => {
    const after = change({ change: { name: "Other", maximumConcurrentConnections: 3, processFrom: 9 } });
    assert.equal(after.relevantV, 1);
    assert.deepEqual(unheard(after, 1), { fields: [], directions: [] });
  });
  test("of a server is named with its field and direction", () => {
    const after = change({ change: { inbound: { ...server, security: "starttls" } } });
    assert.equal(after.relevantV, 2);
    assert.deepEqual(unheard(after, 1), {
      fields: ["/inbound/port", "/inbound/security"],
      // Appointments, contacts and tasks are at the same server.
      directions: ["inbound", "act"],
    });
    assert.deepEqual(unheard(after, 2), { fields: [], directions: [] });
  });
  test("is taken once: a mailbox that has heard of it plans nothing", () => {
    const after = change({ change: { inbound: server } });
    const mailbox = givenMailbox();
    assert.equal(planSpread(mailbox, after, at).events[0]?.type, "settingsChanged");
    assert.deepEqual(planSpread({ ...mailbox, profileV: 2 }, after, at), { events: [] });
  });
  test("to inactive closes its mailboxes, and those that are closed themselves stay so", () => {
    const after = change({ active: false });
    const mailbox = givenMailbox();
    assert.deepEqual(planSpread(mailbox, after, at).events, [{ type: "deactivate", at }]);
    const closed = { ...mailbox, configuration: { ...mailbox.configuration, active: false } };
    assert.deepEqual(planSpread(closed, after, at).events, []);
  });
  test("of credentials that no mailbox uses matters to none", () => {
    const aad = sealedFor(profile._id, "outbound-password", destinations.outbound);
    const unused = sealedCredentials(aad);
    assert.equal(change({ secrets: { outboundCredentials: unused } }).relevantV, 1);
  });
  test("takes optional values away with null", () => {
    const described = givenProfile({ description: "x", contact: "it@example.org", processFrom: 5 });
    const { settings } = changedProfile(described, { change: { processFrom: null, contact: null } }, at);
    assert.deepEqual([settings.processFrom, settings.contact, settings.description], [undefined, undefined, "x"]);
  });
  test("is compared by fields that each name a place of their own", () => {
    const pointers = relevantFields.map((field) => field.pointer);
    assert.equal(new Set(pointers).size, pointers.length);
  });
});
