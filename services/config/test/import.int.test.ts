import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { ImportLine, Job, Profile } from "@mailfleet/contracts";
import { idFrom } from "@mailfleet/kit";
import { eventually } from "@mailfleet/local/testing";
import { command, fresh, givenConfig, mailboxInput, profileInput, sealedForMailbox } from "./given-config.ts";

const given = await givenConfig();
const { bus } = given;
let replica: Awaited<ReturnType<typeof given.replica>>;
let ports: typeof replica.ports;
let profile: Profile;
before(async () => {
  replica = await given.replica();
  ({ ports } = replica);
  profile = await bus.request("config.profile.create", profileInput());
});
after(() => given.stop());

const jobId = () => `jb_${fresh()}`;
const find = (address: string) => bus.request("config.mailbox.find", { address });
const place = (id: string, addresses: readonly string[], { update = false, named = profile.name } = {}) =>
  bus.request("config.job.place-lines", {
    ...{ id, update, first: true },
    lines: addresses.map((address, index) => ({ line: index + 2, address, profile: named })),
  });
const add = (id: string, lines: readonly ImportLine[]) =>
  bus.request("config.job.add-lines", { id, lines: lines as ImportLine[] });
const asking = (id: string, more: object = {}) => ({ ...command(), id, new: { verb: "import" as const, ...more } });
const done = (id: string): Promise<Job> =>
  eventually(
    async () => {
      const job = await bus.request("config.job.get", { id });
      return job.state === "done" && job;
    },
    { timeoutMs: 60_000 },
  );
const newLine = (line: number, mailboxId: string, address: string): ImportLine => ({
  ...{ line, mailboxId, address },
  new: {
    ...{ address, profileId: profile.id, kind: "user", allowToUseCredentials: true, deleteAfterProcessing: false },
  },
  credentials: sealedForMailbox(mailboxId),
});
const numbers = (count: number) => Array.from({ length: count }, (_, index) => index + 2);

describe("an import", () => {
  test("makes a mailbox of each right line, once, and keeps neither line nor password afterwards", async () => {
    const id = jobId();
    const addresses = numbers(30).map((line) => `${fresh()}-${line}@example.org`);
    const { known, lines } = await place(id, addresses);
    assert.equal(known, false);
    assert.deepEqual(lines[0]?.to, { inbound: "imap imap.example.org:993", outbound: "smtp smtp.example.org:587" });
    const problem = { code: "INVALID", detail: "Line 32: address is missing." } as const;
    const kept = lines.map(({ line, mailboxId }, index) => newLine(line, mailboxId, addresses[index] ?? ""));
    await add(id, [...kept, { line: 32, mailboxId: "mb_none01", problem }]);
    const asked = asking(id, { count: 31 });
    const accepted = await bus.request("config.job.create", asked);
    assert.deepEqual([accepted.total, accepted.done, accepted.failed], [31, 1, 1]);
    const job = await done(id);
    assert.deepEqual([job.done, job.failed], [31, 1]);
    const [first] = lines;
    assert.deepEqual(job.results[0], { line: 2, mailboxId: first?.mailboxId, address: addresses[0], ok: true });
    assert.deepEqual(job.results[30], { line: 32, mailboxId: "mb_none01", ok: false, problem });
    const made = await find(addresses[0] ?? "");
    assert.deepEqual([made.id, made.lifecycle, made.profileId], [first?.mailboxId, "pendingApproval", profile.id]);
    assert.equal(made.credentials?.username, "sales");
    assert.deepEqual(await bus.request("config.job.create", asked), accepted, "the same command again");
    assert.deepEqual(await place(id, addresses), { known: true, lines: [] });
    await eventually(async () => (await ports.jobLines.read(id, numbers(31))).size === 0);
  });

  test("changes a mailbox that is there only if that is asked for", async () => {
    const there = await bus.request("config.mailbox.create", mailboxInput(profile.id));
    const refused = await place(jobId(), [there.address.toUpperCase()]);
    assert.deepEqual([refused.lines[0]?.problem?.code, refused.lines[0]?.mailboxId], ["ALREADY_EXISTS", there.id]);
    const unknown = await place(jobId(), ["new@example.org"], { named: "No such profile" });
    assert.match(unknown.lines[0]?.problem?.detail ?? "", /No such profile, which does not exist/);
    const id = jobId();
    const { lines } = await place(id, [there.address], { update: true });
    assert.equal(lines[0]?.there?.kind, there.kind);
    const change = { name: "Sales", deliveryMethods: { outbound: "none" as const } };
    await add(id, [{ line: 2, mailboxId: there.id, address: there.address, change }]);
    await bus.request("config.job.create", asking(id, { input: { update: true } }));
    assert.equal((await done(id)).failed, 0);
    const { name, deliveryMethods } = await find(there.address);
    assert.deepEqual([name, deliveryMethods], ["Sales", { ...there.deliveryMethods, outbound: "none" }]);
  });

  test("is tried without effect, and needs its lines", async () => {
    const id = jobId();
    const address = `${fresh()}@example.org`;
    const { lines } = await place(id, [address]);
    await add(id, [newLine(2, lines[0]?.mailboxId ?? "", address)]);
    const tried = await bus.request("config.job.create", { ...asking(id), dryRun: true });
    assert.deepEqual(tried.results[0]?.changes, [{ name: "mailbox", from: "none", to: "pendingApproval" }]);
    await assert.rejects(find(address), /There is no mailbox/);
    assert.equal((await ports.jobLines.read(id, [2])).size, 0);
    await assert.rejects(bus.request("config.job.create", asking(id)), /is for a CSV alone/);
    await add(id, [newLine(2, lines[0]?.mailboxId ?? "", address)]);
    await assert.rejects(bus.request("config.job.create", asking(id, { count: 2 })), /must be 1/);
  });

  test("goes on after a restart, does each line once, and lets a single command pass", async () => {
    const id = jobId();
    const addresses = numbers(450).map((line) => `${fresh()}-${line}@example.org`);
    for (let from = 0; from < addresses.length; from += 50) {
      const lines = addresses.slice(from, from + 50).map((address, index) => {
        const line = from + index + 2;
        return newLine(line, idFrom("mb", `${id}/${line}`), address);
      });
      await add(id, lines);
    }
    await bus.request("config.job.create", asking(id, { count: 450 }));
    const single = await bus.request("config.mailbox.create", mailboxInput(profile.id));
    assert.ok(single.id);
    await replica.stop();
    replica = await given.replica();
    ({ ports } = replica);
    const job = await done(id);
    assert.deepEqual([job.done, job.failed, job.results.length], [450, 0, 450]);
    const made = await find(addresses[449] ?? "");
    const { items } = await bus.request("config.mailbox.history", { id: made.id });
    const [alone] = (await bus.request("config.mailbox.history", { id: single.id })).items;
    assert.ok((alone?.at ?? 0) <= (items[0]?.at ?? 0), "the single command has not waited for the job");
    assert.deepEqual(
      items.map(({ event }) => event),
      ["create"],
    );
  });

  test("that is cancelled forgets its lines", async () => {
    const id = jobId();
    const addresses = numbers(50).map((line) => `${fresh()}-${line}@example.org`);
    const { lines } = await place(id, addresses);
    await add(
      id,
      lines.map(({ line, mailboxId }, index) => newLine(line, mailboxId, addresses[index] ?? "")),
    );
    await bus.request("config.job.create", asking(id));
    await bus.request("config.job.cancel", { ...command(), id });
    assert.equal((await ports.jobLines.read(id, numbers(50))).size, 0);
  });
});
