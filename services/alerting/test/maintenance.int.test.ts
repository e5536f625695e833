import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { eventually } from "@mailfleet/local/testing";
import type { IncidentDocument } from "../incident/document.ts";
import { givenAlerting, startRelay } from "./given-alerting.ts";
import { ownedProfile } from "./owned-mailbox.ts";

const hourMs = 3_600_000;
let given: Awaited<ReturnType<typeof givenAlerting>>;
let relay: Awaited<ReturnType<typeof startRelay>>;
let replica: Awaited<ReturnType<typeof given.startReplica>>;
/** How far the clock of alerting is ahead. */
let shift = 0;
const now = () => Date.now() + shift;
/** What `config` knows of the windows of profiles. */
const windows = new Map<string, string[]>();

/** A window around this moment. */
const around = () => {
  const clock = (at: number) => new Date(at).toISOString().slice(0, 16);
  return `${clock(now() - hourMs)}/${clock(now() + hourMs)} UTC`;
};
const mailbox = (id: string, profileId: string) =>
  ({ type: "mailbox", id, direction: "inbound", label: `${id}@example.org`, profileId }) as const;
const raise = (object: ReturnType<typeof mailbox>, code = "AUTHENTICATION_REJECTED") =>
  given.raise({ at: now(), object, code });
const incidentOf = (id: string) => replica.db.collection<IncidentDocument>("incidents").findOne({ "object.id": id });
const isKeptBack = (id: string) =>
  eventually(async () => ((await incidentOf(id))?.notice.due ?? 0) > now() + 60_000, { what: `${id} is kept back` });

before(async () => {
  given = await givenAlerting();
  relay = await startRelay(await given.freePort());
  replica = await given.startReplica({ now });
  await given.useRelay(relay.port);
  await given.bus.respond({
    "config.profile.get": async ({ id }) => ({
      ...ownedProfile(id, "x@example.org"),
      maintenance: windows.get(id) ?? [],
    }),
  });
});
after(async () => {
  await relay.stop();
  await given.stop();
});

test("in a maintenance window of a profile nothing is told of its mailboxes; what still stands at the end is told once, what is over never", async () => {
  windows.set("pf_worked1", [around()]);
  const [stands, passes, other] = [
    mailbox("mb_stands1", "pf_worked1"),
    mailbox("mb_passes1", "pf_worked1"),
    mailbox("mb_other01", "pf_quiet01"),
  ];
  await raise(stands);
  await raise(passes);
  await Promise.all([isKeptBack(stands.id), isKeptBack(passes.id)]);
  await raise(other);
  await eventually(() => relay.mails.length === 1, { what: "mail about a mailbox of another profile" });
  assert.match(relay.subjects()[0] ?? "", /mb_other01/);
  assert.equal((await given.list({ objectId: stands.id }))[0]?.state, "raised", "it is on the wall");
  await given.clear({ at: now(), object: passes });
  await eventually(async () => (await incidentOf(passes.id))?.state === "cleared");
  shift += 2 * hourMs;
  await eventually(async () => (await incidentOf(stands.id))?.notice.state === "sent", { what: "it is told" });
  assert.deepEqual(
    relay.subjects().map((subject) => /mb_\w+/.exec(subject)?.[0]),
    ["mb_other01", "mb_stands1"],
  );
});

test("a window of the organisation keeps back everything, and its end is told, too, where people knew", async () => {
  const object = mailbox("mb_known01", "pf_quiet01");
  await raise(object);
  await eventually(() => relay.subjects().some((subject) => subject.includes(object.id)));
  const before = relay.mails.length;
  await given.change({ maintenance: [around()] });
  await given.clear({ at: now(), object });
  await isKeptBack(object.id);
  assert.equal(relay.mails.length, before);
  // Somebody ends it early.
  await given.change({ maintenance: [] });
  shift += 600_000;
  await eventually(() => relay.mails.length === before + 1, { what: "the end is told" });
  assert.match(relay.subjects().at(-1) ?? "", /Recovered/);
});

test("a window that is none is refused with what is wrong", async () => {
  await assert.rejects(given.change({ maintenance: ["sat 22:00-04:00 Nowhere/Land"] }), /time zone/);
  await assert.rejects(given.change({ maintenance: ["someday 22:00-04:00 UTC"] }), /must be a window/);
});
