import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { isDeepStrictEqual } from "node:util";
import { type Job, type Mailbox, type NewJob, ProblemError } from "@mailfleet/contracts";
import { eventually } from "@mailfleet/local/testing";
import { command, fresh, givenConfig, mailboxInput, profileInput, runResult } from "./given-config.ts";

const given = await givenConfig();
const { bus } = given;
let ports: Awaited<ReturnType<typeof given.replica>>["ports"];
before(async () => {
  ({ ports } = await given.replica());
  await given.replica();
});
after(() => given.stop());

const get = (id: string) => bus.request("config.mailbox.get", { id });
const givenProfile = () => bus.request("config.profile.create", profileInput());
const givenMailboxes = (profileId: string, count: number, change: object = {}): Promise<Mailbox[]> =>
  Promise.all(
    Array.from({ length: count }, () => bus.request("config.mailbox.create", mailboxInput(profileId, change))),
  );
const made = (job: NewJob, more: object = {}) => ({ ...command(), id: `jb_${fresh()}`, new: job, ...more });
const isDone = (id: string): Promise<Job> =>
  eventually(
    async () => {
      const job = await bus.request("config.job.get", { id });
      return job.state === "done" && job;
    },
    { timeoutMs: 60_000 },
  );
async function done(job: NewJob): Promise<Job> {
  const input = made(job);
  await bus.request("config.job.create", input);
  return isDone(input.id);
}
const refusal = (job: NewJob) =>
  bus.request("config.job.create", made(job)).then(
    () => assert.fail("it was not refused"),
    (error: unknown) => (error instanceof ProblemError ? error.problem.errors?.[0] : Promise.reject(error)),
  );

describe("a job", () => {
  test("says that it began, how far it is, and how it ended; one that is tried says nothing", async () => {
    const facts = await given.listen("fact.job.*.*");
    const [one] = (await givenMailboxes((await givenProfile()).id, 1)) as [Mailbox];
    const job: NewJob = { verb: "test", mailboxIds: [one.id, "mb_nowhere"] };
    await bus.request("config.job.create", made(job, { dryRun: true }));
    const { id } = await done(job);
    await eventually(() => facts.of("job.ended.v1").length > 0 && facts.of("job.progressed.v1").length > 0);
    const told = facts.seen.map(({ type, body }) => {
      const { jobId, total, done, failed } = body as Record<string, unknown>;
      return [type, jobId, total, done, failed];
    });
    assert.deepEqual(told.sort(), [
      ["job.ended.v1", id, 2, 2, 2],
      ["job.progressed.v1", id, 2, 2, 2],
      ["job.started.v1", id, 2, 0, 0],
    ]);
  });

  test("forgets an address that it searched for when that mailbox is erased, and keeps a longer one", async () => {
    const searched = ["ann@example.org", "joann@example.org"];
    const jobs = await Promise.all(searched.map((search) => done({ verb: "disable", filter: { search } })));
    await ports.traces.erase({ mailboxId: "mb_gone01", address: "ann@example.org" });
    const left = await Promise.all(jobs.map(({ id }) => bus.request("config.job.get", { id })));
    assert.deepEqual(
      left.map(({ filter }) => filter?.search),
      ["an erased mailbox", "joann@example.org"],
    );
  });

  test("approves the addresses as they were when it was made, with a result for each", async () => {
    const profile = await givenProfile();
    const mailboxes = await givenMailboxes(profile.id, 60);
    const input = made({ verb: "approve", mailboxIds: [...mailboxes.map((m) => m.id), "mb_nowhere"] });
    const accepted = await bus.request("config.job.create", input);
    assert.deepEqual([accepted.state, accepted.total, accepted.done], ["running", 61, 0]);
    const job = await isDone(input.id);
    assert.deepEqual([job.done, job.failed], [61, 1]);
    assert.equal(job.results.find((r) => !r.ok)?.problem?.code, "NOT_FOUND");
    assert.deepEqual(job.results[0], { mailboxId: mailboxes[0]?.id, address: mailboxes[0]?.address, ok: true });
    for (const { id } of mailboxes) assert.equal((await get(id)).lifecycle, "approved");
    assert.deepEqual(await bus.request("config.job.create", input), accepted, "the same command again");
    const other = { ...input, new: { ...input.new, verb: "test" as const } };
    await assert.rejects(bus.request("config.job.create", other), /was given before with different content/);
    assert.equal((await bus.request("config.job.list", {})).items[0]?.failed, 1);

    const filter = { profileId: profile.id };
    const all = made({ verb: "test", input: { directions: ["inbound"] }, filter });
    await bus.request("config.job.create", all);
    const first = mailboxes[0]?.id ?? "";
    const { directions } = await eventually(async () => {
      const now = await get(first);
      return now.directions.inbound.state === "testing" && now;
    });
    assert.equal(directions.outbound.state, "idle");
  });

  test("gives any command of a mailbox with what it takes, also to what a filter finds", async () => {
    const [one, other] = [await givenProfile(), await givenProfile()];
    const [user, queue] = [
      ...(await givenMailboxes(one.id, 1)),
      ...(await givenMailboxes(one.id, 1, { kind: "queue" })),
    ] as [Mailbox, Mailbox];
    const filter = { profileId: one.id };
    const states = async () => [(await get(user.id)).lifecycle, (await get(queue.id)).lifecycle];
    await done({ verb: "reject", input: { reason: "not ours" }, filter });
    assert.deepEqual(await states(), ["rejected", "rejected"]);
    assert.equal((await get(user.id)).approval.reason, "not ours");
    await done({ verb: "resubmit", filter: { ...filter, kind: "queue", search: queue.address } });
    assert.deepEqual(await states(), ["rejected", "pendingApproval"]);
    await done({ verb: "deactivate", filter: { ...filter, lifecycle: "pendingApproval" } });
    assert.deepEqual([(await get(user.id)).active, (await get(queue.id)).active], [true, false]);
    await done({ verb: "activate", filter });
    await done({ verb: "update", input: { change: { name: "Sales", profileId: other.id } }, filter });
    const { name, profileId } = await get(queue.id);
    assert.deepEqual([name, profileId], ["Sales", other.id]);
    const former = await done({ verb: "test", filter: { profileId: other.id } });
    assert.deepEqual([former.total, former.failed], [2, 2], "neither is approved");
    await done({ verb: "resubmit", mailboxIds: [user.id] });
    assert.equal((await done({ verb: "approve", failedOf: former.id })).total, 2);
    assert.deepEqual(await states(), ["approved", "approved"]);
    await done({ verb: "delete", filter: { profileId: other.id }, count: 2 });
    await assert.rejects(get(user.id), /There is no mailbox/);
  });

  test("applies the organisation's defaults and tests, or says at which mailbox it cannot", async () => {
    const [own, usual] = [await givenProfile(), await givenProfile()];
    await bus.request("config.settings.update", { ...command(), change: { defaultProfileId: usual.id } });
    const deliveryMethods = { inbound: "server-side" as const, outbound: "none" as const };
    const [approved, pending] = (await givenMailboxes(own.id, 2, { deliveryMethods })) as [Mailbox, Mailbox];
    await bus.request("config.mailbox.approve", { ...command(), id: approved.id, address: approved.address });
    const mailboxIds = [approved.id, pending.id];
    const job = await done({ verb: "apply-defaults", mailboxIds, input: { test: true } });
    const now = await get(approved.id);
    assert.deepEqual(
      [now.profileId, now.deliveryMethods.outbound, now.lifecycle],
      [usual.id, "server-side", "testing"],
    );
    assert.match(job.results.find(({ ok }) => !ok)?.problem?.detail ?? "", /approv/i);
    assert.equal((await get(pending.id)).profileId, own.id, "all of it or nothing");
    await done({ verb: "apply-defaults", mailboxIds: [pending.id], input: { test: false } });
    assert.deepEqual(
      [(await get(pending.id)).profileId, (await get(pending.id)).lifecycle],
      [usual.id, "pendingApproval"],
    );
    await bus.request("config.settings.update", { ...command(), change: { defaultProfileId: null } });
    const without = await done({ verb: "apply-defaults", mailboxIds: [pending.id] });
    assert.match(without.results[0]?.problem?.detail ?? "", /no default profile/);
  });

  test("that is tried says what would change and what would be refused, and changes nothing", async () => {
    const [own, other] = [await givenProfile(), await givenProfile()];
    const [one, two] = (await givenMailboxes(own.id, 2)) as [Mailbox, Mailbox];
    const change = { profileId: other.id, processFrom: Date.UTC(2027, 0, 1) };
    const input = made({ verb: "update", input: { change }, filter: { profileId: own.id } }, { dryRun: true });
    const tried = await bus.request("config.job.create", input);
    assert.deepEqual([tried.total, tried.done, tried.failed], [2, 2, 0]);
    assert.deepEqual(
      tried.results.find(({ mailboxId }) => mailboxId === one.id),
      {
        ...{ mailboxId: one.id, address: one.address, ok: true },
        changes: [
          { name: "profileId", from: own.id, to: other.id },
          { name: "processFrom", from: "none", to: "2027-01-01T00:00:00.000Z" },
        ],
      },
    );
    await assert.rejects(bus.request("config.job.get", { id: input.id }), /There is no job/);
    assert.deepEqual(await get(one.id), one);
    const mailboxIds = [one.id, two.id, "mb_nowhere"];
    await bus.request("config.mailbox.approve", { ...command(), id: two.id, address: two.address });
    const tests = await bus.request("config.job.create", made({ verb: "test", mailboxIds }, { dryRun: true }));
    const codes = tests.results.map(({ problem }) => problem?.code);
    assert.deepEqual([tests.failed, ...codes], [2, "NOT_POSSIBLE_NOW", undefined, "NOT_FOUND"]);
    assert.deepEqual(tests.results[1]?.changes, [{ name: "lifecycle", from: "approved", to: "testing" }]);
    const gone = made({ verb: "delete", mailboxIds: [one.id], count: 1 }, { dryRun: true });
    assert.equal((await bus.request("config.job.create", gone)).failed, 0);
    assert.equal((await get(one.id)).lifecycle, "pendingApproval");
  });

  test("shows by address how the test of each direction came out, and its failed ones can be tested again", async () => {
    const profile = await givenProfile();
    const [good, bad, stopped] = (await givenMailboxes(profile.id, 3)) as [Mailbox, Mailbox, Mailbox];
    const mailboxIds = [good.id, bad.id, stopped.id];
    await done({ verb: "approve", mailboxIds });
    const { id } = await done({ verb: "test", mailboxIds });
    const outcomes = async () => {
      const { results } = await bus.request("config.job.get", { id });
      return results.map(({ tests }) => [tests?.inbound?.outcome, tests?.outbound?.outcome]);
    };
    assert.deepEqual(await outcomes(), Array(3).fill(["running", "running"]));
    for (const direction of ["inbound", "outbound"] as const)
      await bus.publish(runResult(await get(good.id), direction, "ok"));
    const evidence = { reply: "535 no" };
    await bus.publish(
      runResult(await get(bad.id), "outbound", { code: "AUTHENTICATION_REJECTED", kind: "auth", evidence }),
    );
    await bus.request("config.mailbox.deactivate", { ...command(), id: stopped.id });
    const ended = [
      ["ok", "ok"],
      ["running", "failed"],
      ["stopped", "stopped"],
    ];
    await eventually(async () => isDeepStrictEqual(await outcomes(), ended));
    const { results } = await bus.request("config.job.get", { id });
    const { code, reply } = results[1]?.tests?.outbound ?? {};
    assert.deepEqual([results[1]?.address, code, reply], [bad.address, "AUTHENTICATION_REJECTED", "535 no"]);
    const again = await done({ verb: "test", failedOf: id });
    assert.deepEqual(
      again.results.map(({ mailboxId, ok }) => [mailboxId, ok]),
      [
        [bad.id, true],
        [stopped.id, false],
      ],
    );
  });

  test("is for a list of addresses, and says which of them no mailbox has", async () => {
    const [one, two] = (await givenMailboxes((await givenProfile()).id, 2)) as [Mailbox, Mailbox];
    const upper = two.address.toUpperCase();
    const job = await done({ verb: "deactivate", addresses: [one.address, "gone@example.org", upper, two.address] });
    assert.deepEqual(
      job.results.map(({ address, ok, problem }) => [address, ok, problem?.detail]),
      [
        [one.address, true, undefined],
        ["gone@example.org", false, "There is no mailbox with the address gone@example.org."],
        [two.address, true, undefined],
      ],
    );
    assert.deepEqual([(await get(one.id)).active, (await get(two.id)).active], [false, false]);
  });

  test("has its results in pages, too: all, or those that failed", async () => {
    const mailboxes = await givenMailboxes((await givenProfile()).id, 3);
    const [one, two, three] = mailboxes.map(({ id }) => id) as [string, string, string];
    const ids = [one, "mb_nowhere1", two, "mb_nowhere2", three];
    const { id } = await done({ verb: "deactivate", mailboxIds: ids });
    const page = (query: { limit?: number; cursor?: string; failed?: boolean }) =>
      bus.request("config.job.results", { id, ...query });
    const read = async (failed: boolean) => {
      const found: string[] = [];
      let cursor: string | undefined;
      do {
        const { items, next } = await page({ limit: 2, failed, ...(cursor === undefined ? {} : { cursor }) });
        assert.ok(items.length <= 2);
        found.push(...items.map(({ mailboxId }) => mailboxId));
        cursor = next ?? undefined;
      } while (cursor !== undefined);
      return found;
    };
    assert.deepEqual(await read(false), ids);
    assert.deepEqual(await read(true), ["mb_nowhere1", "mb_nowhere2"]);
    const { next } = await page({ limit: 1 });
    await assert.rejects(page({ failed: true, cursor: next ?? "" }), /cursor does not belong/);
    await assert.rejects(bus.request("config.job.results", { id: "jb_nowhere" }), /There is no job/);
  });

  test("of somebody who is limited to a part of the fleet is for mailboxes of that part only, however it names them", async () => {
    const [own, other] = [await givenProfile(), await givenProfile()];
    const [mine] = (await givenMailboxes(own.id, 1)) as [Mailbox];
    const [theirs] = (await givenMailboxes(other.id, 1)) as [Mailbox];
    const within = { profileIds: [own.id] };
    const limited = async (job: NewJob, part: object = within) => {
      const input = made(job, { within: part });
      await bus.request("config.job.create", input);
      return isDone(input.id);
    };
    const outcomes = ({ results }: Job) => results.map(({ mailboxId, ok, problem }) => [mailboxId, ok, problem?.code]);
    const byId = await limited({ verb: "deactivate", mailboxIds: [mine.id, theirs.id] });
    assert.deepEqual(outcomes(byId), [
      [mine.id, true, undefined],
      [theirs.id, false, "NOT_FOUND"],
    ]);
    const byAddress = await limited({ verb: "activate", addresses: [theirs.address, mine.address] });
    const [foreign, found] = byAddress.results;
    assert.deepEqual([foreign?.ok, found?.ok], [false, true]);
    assert.notEqual(foreign?.mailboxId, theirs.id, "nothing says that there is one");
    assert.match(foreign?.problem?.detail ?? "", /no mailbox with the address/);
    assert.deepEqual(outcomes(await limited({ verb: "deactivate", filter: {} })), [[mine.id, true, undefined]]);
    assert.equal((await get(theirs.id)).active, true);
    const failed = await limited({ verb: "activate", failedOf: byId.id });
    assert.deepEqual(outcomes(failed), [[theirs.id, false, "NOT_FOUND"]]);
    const everybodys = await done({ verb: "activate", mailboxIds: [theirs.id] });
    await assert.rejects(limited({ verb: "test", failedOf: everybodys.id }), /names a job that does not exist/);

    const seen = async (part: object) => {
      const { items } = await bus.request("config.job.list", { limit: 500, within: part });
      return items.map(({ id }) => id);
    };
    assert.deepEqual(new Set(await seen(within)), new Set([byId.id, byAddress.id, failed.id, ...(await seen(within))]));
    assert.ok(!(await seen(within)).includes(everybodys.id));
    assert.ok((await seen({ profileIds: [other.id, own.id] })).includes(byId.id), "who has more sees it, too");
    assert.ok(!(await seen({ ...within, domains: ["example.org"] })).includes(byId.id), "it may leave that part");
  });

  const mailboxIds = ["mb_0001"];
  for (const [what, job, pointer, reason] of [
    ["names no mailboxes", { verb: "test" }, "/new", /one of/],
    ["names them twice", { verb: "test", mailboxIds, filter: {} }, "/new", /one of/],
    ["rejects without a reason", { verb: "reject", mailboxIds }, "/new/input/reason", /is needed/],
    [
      "takes what another verb takes",
      { verb: "disable", mailboxIds, input: { test: true } },
      "/new/input/test",
      /known/,
    ],
    ["deletes without the count", { verb: "delete", mailboxIds }, "/new/count", /must be 1/],
    ["means another number", { verb: "disable", mailboxIds, count: 2 }, "/new/count", /must be 1/],
    ["follows a job that is not there", { verb: "test", failedOf: "jb_nowhere" }, "/new/failedOf", /does not exist/],
    [
      "names a strange profile",
      { verb: "test", filter: { profileId: "pf_nowhere" } },
      "/new/filter/profileId",
      /exist/,
    ],
  ] as const)
    test(`that ${what} is refused at ${pointer}`, async () => {
      const error = await refusal(job as unknown as NewJob);
      assert.equal(error?.pointer, pointer);
      assert.match(error?.reason ?? "", reason);
    });

  test("never changes an address or takes items over: that is for one mailbox at a time", async () => {
    for (const [verb, input] of [
      ["update", { change: { address: "x@example.org" } }],
      ["test-and-enable", { takeOver: true }],
      ["approve", { address: "x@example.org" }],
    ] as const)
      await assert.rejects(
        bus.request("config.job.create", made({ verb, input, mailboxIds })),
        ({ problem }: ProblemError) => problem.code === "INVALID",
      );
  });
});
