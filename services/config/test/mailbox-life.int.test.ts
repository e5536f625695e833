import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { Incoming } from "@mailfleet/bus";
import { type Mailbox, ProblemError } from "@mailfleet/contracts";
import { eventually } from "@mailfleet/local/testing";
import {
  command,
  destinations,
  fresh,
  givenConfig,
  mailboxInput,
  profileInput,
  runResult,
  sealedForMailbox,
} from "./given-config.ts";

const given = await givenConfig();
const { bus } = given;
let profileId = "";
before(async () => {
  await given.replica();
  await given.replica();
  profileId = (await bus.request("config.profile.create", profileInput())).id;
});
after(() => given.stop());

const get = (mailboxId: string) => bus.request("config.mailbox.get", { id: mailboxId });
const problemOf = async (promise: Promise<unknown>) => {
  try {
    await promise;
  } catch (error) {
    if (error instanceof ProblemError) return error.problem;
    throw error;
  }
  throw new assert.AssertionError({ message: "it was not refused" });
};

async function approved(): Promise<Mailbox> {
  const created = await bus.request("config.mailbox.create", mailboxInput(profileId));
  return bus.request("config.mailbox.approve", { ...command(), id: created.id, address: created.address });
}
async function enabled(): Promise<Mailbox> {
  const { id } = await approved();
  const testing = await bus.request("config.mailbox.test-and-enable", { ...command(), id: id });
  await bus.publish(runResult(testing, "inbound", "ok"));
  await bus.publish(runResult(testing, "outbound", "ok"));
  return eventually(async () => {
    const mailbox = await get(id);
    return mailbox.lifecycle === "enabled.running" && mailbox;
  });
}

describe("the organisation", () => {
  test("gets one id when the first mark needs it, whoever asks, and keeps it and its name", async () => {
    const settings = () => bus.request("config.settings.get", {});
    assert.equal((await settings()).organisationId, null);
    const { id: mailboxId } = await approved();
    const asked = await Promise.all(
      Array.from({ length: 6 }, () => bus.request("config.connection.get", { mailboxId, direction: "act" })),
    );
    const ids = new Set(asked.map(({ act }) => act?.organisation.id));
    assert.equal(ids.size, 1, [...ids].join(" "));
    await bus.request("config.settings.update", { ...command(), change: { organisationName: "Contoso" } });
    assert.deepEqual([(await settings()).organisationId, (await settings()).organisationName], [...ids, "Contoso"]);
    await bus.request("config.settings.update", { ...command(), change: { organisationName: null } });
    assert.deepEqual([(await settings()).organisationId, (await settings()).organisationName], [...ids, undefined]);
  });
});

describe("the life of a mailbox", () => {
  test("from created over approved and tested to enabled, and what is said on the way", async () => {
    const facts = await given.listen("fact.mailbox.*.*");

    const input = mailboxInput(profileId);
    const created = await bus.request("config.mailbox.create", input);
    assert.equal(created.lifecycle, "pendingApproval");
    assert.equal(created.v, 1);
    assert.equal(
      (await problemOf(bus.request("config.mailbox.test-and-enable", { ...command(), id: created.id }))).code,
      "NOT_POSSIBLE_NOW",
    );
    const asSeen = await problemOf(
      bus.request("config.mailbox.approve", { ...command(), id: created.id, address: "other@example.org" }),
    );
    assert.equal(asSeen.code, "ADDRESS_NOT_AS_SEEN");
    assert.ok(asSeen.remedy);

    const ok = await bus.request("config.mailbox.approve", {
      ...command(),
      id: created.id,
      address: created.address,
    });
    assert.deepEqual([ok.lifecycle, ok.approval.state, ok.approval.by], ["approved", "approved", "ada"]);
    const testing = await bus.request("config.mailbox.test-and-enable", { ...command(), id: created.id });
    assert.equal(testing.lifecycle, "testing");
    assert.equal(testing.wanted, true);
    await eventually(() => given.asked("run.requested.v1", created.id).length === 2);
    const deadlines = await eventually(() => {
      const sets = given.asked("timer.set.v1", created.id);
      return sets.length === 2 && sets;
    });
    for (const { body } of deadlines) {
      assert.equal(body.seq, testing.v);
      assert.equal(body.deliver.type, "mailbox.timer-fired.v1");
      assert.equal(body.deliver.subject, `mailbox.event.${created.id}`);
    }

    await bus.publish(runResult(testing, "inbound", "ok"));
    await bus.publish(runResult(testing, "outbound", { code: "CONNECTION_REFUSED", kind: "transient" }));
    const half = await eventually(async () => {
      const mailbox = await get(created.id);
      return mailbox.directions.inbound.enabled && mailbox.directions.outbound.lastError && mailbox;
    });
    assert.equal(half.directions.inbound.lastTest?.outcome, "ok");
    assert.equal(half.directions.inbound.lastTest?.steps[0]?.step, "connect");
    assert.equal(half.directions.outbound.state, "retesting");
    assert.ok(half.directions.outbound.lastError?.remedy);
    assert.ok(half.directions.outbound.next);

    // The poll timer delivers straight into RUNS.
    const poll = await eventually(() =>
      given.asked("timer.set.v1", created.id).find((m) => m.body.everyMs !== undefined),
    );
    assert.equal(poll.body.deliver.type, "run.requested.v1");
    assert.equal(poll.body.deliver.subject, `run.inbound.sync.${created.id}`);

    const transitions = await eventually(() => {
      const all = facts.of("mailbox.transitioned.v1").filter((m) => m.mailboxId === created.id);
      return all.length >= 4 && all;
    });
    assert.deepEqual(
      transitions.map((m) => m.body.event),
      ["approve", "test-and-enable", ...transitions.slice(2).map((m) => m.body.event)],
    );
    for (const one of transitions) assert.match(one.id, new RegExp(`^${created.id}:${one.body.v}:\\d+$`));
    assert.equal(
      facts
        .of("mailbox.tested.v1")
        .filter((m) => m.mailboxId === created.id)
        .at(0)?.body.steps.length,
      1,
    );
    assert.equal(facts.of("mailbox.created.v1").filter((m) => m.mailboxId === created.id).length, 1);

    const { items } = await bus.request("config.mailbox.history", { id: created.id });
    assert.equal(items.at(-1)?.event, "create");
    assert.match(items[0]?.to ?? "", /inbound enabled.running/);
    const line = given.lines.find(
      (l) => l.message === "mailbox transition" && (l.context as { event: string }).event === "approve",
    );
    assert.ok(line);
  });

  test("credentials that are refused twice disable the direction with an alert; another test clears it", async () => {
    const facts = await given.listen("fact.mailbox.*.alert-raised", "fact.mailbox.*.alert-cleared");
    const mailbox = await enabled();
    const refused = { code: "AUTHENTICATION_REJECTED", kind: "auth" } as const;
    await bus.publish(runResult(mailbox, "inbound", refused, "sync"));
    const second = await eventually(async () => {
      const now = await get(mailbox.id);
      return now.directions.inbound.state === "enabled.retrying" && now;
    });
    await bus.publish(
      runResult(second, "inbound", { ...refused, evidence: { reply: "NO who is a@example.org?" } }, "sync"),
    );
    const failed = await eventually(async () => {
      const now = await get(mailbox.id);
      return now.directions.inbound.state.startsWith("failed") && now;
    });
    assert.equal(failed.lifecycle, "enabled.degraded");
    const logged = await eventually(() =>
      given.lines
        .filter(({ message }) => message === "mailbox transition")
        .map(
          ({ context }) => context as { mailbox: string; failures?: Record<string, { code: string; reply: string }> },
        )
        .findLast(({ mailbox: id, failures }) => id === mailbox.id && failures?.inbound?.reply?.startsWith("NO")),
    );
    assert.equal(logged.failures?.inbound?.code, "AUTHENTICATION_REJECTED");
    assert.match(logged.failures?.inbound?.reply ?? "", /^NO who is [0-9a-f]{12}\?$/);
    const raised = await eventually(() =>
      facts.of("alert.raised.v1").find((m) => m.mailboxId === mailbox.id && m.body.code === "AUTHENTICATION_REJECTED"),
    );
    assert.deepEqual(raised.body.object, {
      type: "mailbox",
      id: mailbox.id,
      direction: "inbound",
      label: mailbox.address,
      profileId: mailbox.profileId,
    });
    const again = await bus.request("config.mailbox.test-and-enable", { ...command(), id: mailbox.id });
    await bus.publish(runResult(again, "inbound", "ok"));
    await eventually(() =>
      facts.of("alert.cleared.v1").some((m) => m.mailboxId === mailbox.id && m.body.object.direction === "inbound"),
    );
  });

  test("a stale result writes nothing", async () => {
    const mailbox = await enabled();
    const old = {
      ...mailbox,
      directions: { ...mailbox.directions, inbound: { ...mailbox.directions.inbound, generation: 0 } },
    };
    await bus.publish(runResult(old, "inbound", { code: "CONNECTION_REFUSED", kind: "transient" }, "sync"));
    await eventually(() =>
      given.lines.some((l) => l.message === "ignored" && (l.context as { mailbox: string }).mailbox === mailbox.id),
    );
    assert.equal((await get(mailbox.id)).v, mailbox.v);
  });

  test("deleted: not found, its address is free, a late result is nobody's", async () => {
    const mailbox = await enabled();
    const once = { ...command(), id: mailbox.id };
    assert.deepEqual(await bus.request("config.mailbox.delete", once), {});
    assert.deepEqual(await bus.request("config.mailbox.delete", once), {}, "the same command again");
    assert.equal((await problemOf(get(mailbox.id))).code, "NOT_FOUND");
    assert.equal(
      (await problemOf(bus.request("config.mailbox.delete", { ...command(), id: mailbox.id }))).code,
      "NOT_FOUND",
    );
    await bus.publish(runResult(mailbox, "inbound", { code: "CONNECTION_REFUSED", kind: "transient" }, "sync"));
    const successor = await bus.request(
      "config.mailbox.create",
      mailboxInput(profileId, { address: mailbox.address.toUpperCase() }),
    );
    assert.equal(successor.lifecycle, "pendingApproval");
    assert.equal((await bus.request("config.mailbox.find", { address: mailbox.address })).id, successor.id);
  });
});

describe("commands", () => {
  test("are remembered by caller and operation: neither swallows another's", async () => {
    const { id, ownership } = await enabled();
    const commandId = command().commandId;
    const owner = { commandId, by: "owner", caller: "tk_owner", owner: ownership, id };
    const administrator = { commandId, by: "ada", caller: "tk_ada", id };
    await bus.request("config.mailbox.sync-now", owner);
    assert.equal((await bus.request("config.mailbox.disable", administrator)).lifecycle, "disabled.byAdmin");
    const back = await bus.request("config.mailbox.test-and-enable", administrator);
    assert.equal(back.lifecycle, "testing", "the same id for another operation is another command");
    const reused = await problemOf(bus.request("config.mailbox.sync-now", { ...owner, directions: ["inbound"] }));
    assert.equal(reused.code, "COMMAND_ID_REUSED");
  });

  test("of somebody who is limited to a part of the fleet do not reach other mailboxes, and lists leave them out", async () => {
    const domain = `${command().commandId}.examplexorg.test`.toLowerCase();
    const input = mailboxInput(profileId, { address: `part@${domain}` });
    const { id, address } = await bus.request("config.mailbox.create", input);
    const listed = async (within: object) =>
      (await bus.request("config.mailbox.list", { limit: 500, within })).items.some((one) => one.id === id);
    for (const within of [{ profileIds: ["pf_another1"] }, { domains: [`x.${domain}`] }]) {
      const approve = bus.request("config.mailbox.approve", { ...command(), id, address, within });
      assert.equal((await problemOf(approve)).code, "NOT_FOUND");
      assert.equal(await listed(within), false);
    }
    const within = { profileIds: [profileId], domains: ["example.net", domain] };
    assert.equal(await listed(within), true);
    assert.equal(await listed({ domains: [domain.replace("xorg", ".org")] }), false, "a dot is a dot");
    const approved = await bus.request("config.mailbox.approve", { ...command(), id, address, within });
    assert.equal(approved.lifecycle, "approved");
    const only = { domains: [domain] };
    assert.deepEqual(await bus.request("config.mailbox.counts", { within: only }), {
      total: 1,
      lifecycle: { approved: 1 },
    });
    assert.ok((await bus.request("config.mailbox.counts", {})).total > 1, "others are counted without a part");
  });

  test("decided in a dry run are answered and change nothing", async () => {
    const mailbox = await enabled();
    const dry = await bus.request("config.mailbox.disable", { ...command(), id: mailbox.id, dryRun: true });
    assert.equal(dry.lifecycle, "disabled.byAdmin");
    assert.deepEqual(await get(mailbox.id), { ...mailbox, directions: (await get(mailbox.id)).directions });
  });

  test("repeated with the same commandId give the first answer and change nothing", async () => {
    const input = mailboxInput(profileId);
    const first = await bus.request("config.mailbox.create", input);
    const approve = { ...command(), id: first.id, address: first.address };
    const second = await bus.request("config.mailbox.approve", approve);
    await bus.request("config.mailbox.test-and-enable", { ...command(), id: first.id });
    assert.deepEqual(await bus.request("config.mailbox.approve", approve), second);
    assert.deepEqual(await bus.request("config.mailbox.create", input), first);
    assert.equal(
      (await problemOf(bus.request("config.mailbox.create", { ...input, ...command() }))).code,
      "ALREADY_EXISTS",
    );
  });

  test("the same command twenty times at once is taken once", async () => {
    const mailbox = await approved();
    const once = { ...command(), id: mailbox.id };
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => bus.request("config.mailbox.test-and-enable", once)),
    );
    for (const answer of answers) assert.deepEqual(answer, answers[0]);
    assert.equal((await get(mailbox.id)).v, mailbox.v + 1);
  });

  test("twenty racing commands: each version is won by exactly one", async () => {
    const mailbox = await approved();
    const results = await Promise.allSettled(
      Array.from({ length: 20 }, (_, n) =>
        bus.request("config.mailbox.update", { ...command(), id: mailbox.id, change: { name: `Name ${n}` } }),
      ),
    );
    const won = results.flatMap((r) => (r.status === "fulfilled" ? [r.value.v] : []));
    for (const lost of results)
      if (lost.status === "rejected") assert.equal((lost.reason as ProblemError).problem.code, "NOT_POSSIBLE_NOW");
    assert.equal(new Set(won).size, won.length, "no version was given to two");
    assert.equal((await get(mailbox.id)).v, mailbox.v + won.length);
    assert.ok(won.length >= 8, `only ${won.length} of 20 were taken`);
  });

  test("a version that is not the present one is refused", async () => {
    const mailbox = await approved();
    const update = (ifVersion: number) =>
      bus.request("config.mailbox.update", {
        ...command(),
        id: mailbox.id,
        ifVersion,
        change: { name: "Sales" },
      });
    assert.equal((await problemOf(update(mailbox.v - 1))).code, "STALE_VERSION");
    assert.equal((await update(mailbox.v)).name, "Sales");
  });

  test("two living mailboxes never share an address", async () => {
    const mailbox = await approved();
    const other = await approved();
    const create = bus.request(
      "config.mailbox.create",
      mailboxInput(profileId, { address: mailbox.address.toUpperCase() }),
    );
    assert.equal((await problemOf(create)).code, "ALREADY_EXISTS");
    const move = bus.request("config.mailbox.update", {
      ...command(),
      id: other.id,
      change: { address: mailbox.address },
    });
    assert.equal((await problemOf(move)).code, "ALREADY_EXISTS");
  });

  test("what an administrator disabled its owner does not enable, and what changes hands ends with its owner", async () => {
    const { id, ownership } = await enabled();
    const asOwner = () => ({ ...command(), owner: ownership, id });
    await bus.request("config.mailbox.disable", { ...command(), id: id });
    const refused = await problemOf(bus.request("config.mailbox.test-and-enable", { ...asOwner() }));
    assert.deepEqual([refused.code, refused.remedy?.includes("administrator")], ["NOT_POSSIBLE_NOW", true]);
    await bus.request("config.mailbox.test-and-enable", { ...command(), id: id });
    await bus.request("config.mailbox.test-and-enable", { ...asOwner() });
    assert.equal((await bus.request("config.mailbox.disable", asOwner())).lifecycle, "disabled.byOwner");
    assert.notEqual((await bus.request("config.mailbox.test-and-enable", asOwner())).lifecycle, "disabled.byOwner");

    const credentials = sealedForMailbox(id);
    await bus.request("config.mailbox.update", { ...asOwner(), credentials });
    const owner = { email: "eve@example.org" };
    const handed = await bus.request("config.mailbox.update", { ...command(), id: id, change: { owner } });
    assert.deepEqual([handed.ownership, handed.credentials], [ownership + 1, null]);
    for (const late of [
      () => bus.request("config.mailbox.test", { ...asOwner() }),
      () => bus.request("config.mailbox.update", { ...asOwner(), credentials }),
    ])
      assert.equal((await problemOf(late())).code, "NOT_FOUND");
    const renamed = { change: { name: "Sales", owner: { email: "EVE@example.org" } } };
    const same = await bus.request("config.mailbox.update", { ...command(), id: id, ...renamed });
    assert.equal(same.ownership, handed.ownership);
  });

  test("another address needs approval again and stops the work", async () => {
    const mailbox = await enabled();
    const address = `new-${fresh()}@example.org`;
    const changed = await bus.request("config.mailbox.update", {
      ...command(),
      id: mailbox.id,
      change: { address },
    });
    assert.equal(changed.lifecycle, "pendingApproval");
    assert.equal(changed.wanted, null);
    assert.equal(changed.directions.inbound.state, "off");
  });

  test("what is not valid is refused field by field, before anything is written", async () => {
    const input = profileInput({
      inbound: { protocol: "imap", host: "imap.example.org", port: 70_000, security: "tls" },
      colour: "red",
    });
    const problem = await problemOf(bus.request("config.profile.create", input));
    assert.equal(problem.code, "INVALID");
    assert.deepEqual(problem.errors, [
      { pointer: "/new/inbound/port", reason: "must be 1 to 65535" },
      { pointer: "/new/colour", reason: "is not a known field" },
    ]);
    assert.equal((await problemOf(bus.request("config.profile.get", { id: input.id }))).code, "NOT_FOUND");
    const noProfile = mailboxInput("pf_nowhere");
    assert.equal(
      (await problemOf(bus.request("config.mailbox.create", noProfile))).errors?.[0]?.pointer,
      "/new/profileId",
    );
    const { profileId: _, ...withoutProfile } = noProfile.new;
    const noDefault = await problemOf(bus.request("config.mailbox.create", { ...noProfile, new: withoutProfile }));
    assert.match(noDefault.remedy ?? "", /default profile/);
  });

  test("credentials sealed for another mailbox are refused; the right ones reach the connection", async () => {
    const mailbox = await enabled();
    const update = (credentials: ReturnType<typeof sealedForMailbox> | null) =>
      bus.request("config.mailbox.update", { ...command(), id: mailbox.id, credentials });
    const wrong = await problemOf(update(sealedForMailbox("mb_other1")));
    assert.equal(wrong.errors?.[0]?.pointer, "/credentials/passwords/inbound/aad");
    const late = sealedForMailbox(mailbox.id, { ...destinations, outbound: "smtp old.example.org:587" });
    assert.equal((await problemOf(update(late))).code, "SECRET_NEEDED_AGAIN");
    const right = sealedForMailbox(mailbox.id);
    const changed = await update(right);
    assert.equal(changed.credentials?.username, "sales");
    assert.equal(changed.lifecycle, "testing", "what is wanted is tested again with the new credentials");
    const connection = await bus.request("config.connection.get", { mailboxId: mailbox.id, direction: "inbound" });
    assert.equal(connection.allowed, true);
    assert.equal(connection.generation, changed.directions.inbound.generation);
    assert.deepEqual(connection.credentials, {
      type: "password",
      holder: mailbox.id,
      username: "sales",
      password: right.passwords.inbound,
      purpose: "mailbox-password",
    });
    assert.equal((await update(null)).credentials, null);
  });
});

describe("lists", () => {
  test("page in a stable order and narrow by life-cycle, kind and text", async () => {
    const own = (await bus.request("config.profile.create", profileInput())).id;
    for (const n of [1, 2, 3, 4, 5])
      await bus.request(
        "config.mailbox.create",
        mailboxInput(own, {
          address: `list${n}@example.org`,
          kind: n > 3 ? "queue" : "user",
          name: n === 2 ? "Zwei (2)" : undefined,
        }),
      );
    const addresses: string[] = [];
    let cursor: string | undefined;
    do {
      const page: { items: Mailbox[]; next: string | null } = await bus.request("config.mailbox.list", {
        profileId: own,
        limit: 2,
        cursor,
      });
      addresses.push(...page.items.map((m) => m.address));
      cursor = page.next ?? undefined;
    } while (cursor);
    assert.deepEqual(
      addresses,
      [1, 2, 3, 4, 5].map((n) => `list${n}@example.org`),
    );
    const count = async (filter: object) =>
      (await bus.request("config.mailbox.list", { profileId: own, ...filter })).items.length;
    assert.equal(await count({ kind: "queue" }), 2);
    assert.equal(await count({ search: "zwei (" }), 1);
    const [first, second] = (await bus.request("config.mailbox.list", { profileId: own })).items;
    assert.equal(await count({ ids: [first?.id ?? "", second?.id ?? ""] }), 2);
    assert.equal(await count({ ids: [second?.id ?? ""], search: "list1@" }), 0);
    assert.equal(await count({ lifecycle: "pendingApproval" }), 5);
    assert.equal(await count({ lifecycle: "enabled" }), 0);
    assert.equal((await problemOf(bus.request("config.mailbox.list", { cursor: "?!" }))).code, "INVALID");

    const sorted = async (sort: string) => {
      const items: Mailbox[] = [];
      for (let next: string | null = ""; next !== null; ) {
        const cursor = next === "" ? {} : { cursor: next };
        const page: { items: Mailbox[]; next: string | null } = await bus.request("config.mailbox.list", {
          ...{ profileId: own, limit: 2, sort },
          ...cursor,
        });
        items.push(...page.items);
        next = page.next;
      }
      return items;
    };
    assert.deepEqual(
      (await sorted("-address")).map(({ address }) => address),
      addresses.toReversed(),
    );
    const newest = await sorted("-createdAt");
    assert.deepEqual(
      newest.map(({ id }) => id),
      newest.toSorted((a, b) => b.createdAt - a.createdAt || (a.id < b.id ? 1 : -1)).map(({ id }) => id),
    );
    assert.equal(newest.length, 5);
    const { next } = await bus.request("config.mailbox.list", { limit: 1, sort: "createdAt" });
    const other = bus.request("config.mailbox.list", { limit: 1, sort: "changedAt", cursor: next ?? "" });
    assert.deepEqual((await problemOf(other)).errors?.[0]?.pointer, "/cursor");
    const unknown = await problemOf(bus.request("config.mailbox.list", { sort: "colour" }));
    const names = "address, -address, createdAt, -createdAt, changedAt, -changedAt";
    assert.deepEqual(unknown.errors, [{ pointer: "/sort", reason: `must be ${names}` }]);
  });
});

describe("an owner who proves that the address is his", () => {
  const sent: { address: string; code: string }[] = [];
  let isRefused = false;
  before(async () => {
    await bus.respond({
      "alerting.notification-settings.send-code": async ({ address, code }) => {
        if (isRefused) throw new ProblemError("NOT_POSSIBLE_NOW", "The server says: 550 no");
        sent.push({ address, code });
        return {};
      },
    });
  });
  const allow = (selfApproval: boolean) =>
    bus.request("config.settings.update", { ...command(), change: { selfApproval } });
  const made = (change: object = {}) => bus.request("config.mailbox.create", mailboxInput(profileId, change));
  const send = (id: string, more: object = {}) =>
    bus.request("config.mailbox.send-code", { ...command(), id, owner: 1, ...more });
  const give = (id: string, code: string, owner = 1) =>
    bus.request("config.mailbox.approve-by-code", { ...command(), id, owner, code });
  const lastCode = () => sent.at(-1)?.code ?? "";

  test("is refused where the organisation does not allow it, and where a mailbox is nobody's own", async () => {
    const { id } = await made();
    const off = await problemOf(send(id));
    assert.match(`${off.code} ${off.detail}`, /NOT_POSSIBLE_NOW The organisation does not let owners/);
    assert.match((await problemOf(give(id, "ABCDE-23456"))).detail, /The organisation does not let owners/);
    await allow(true);
    const queue = await made({ kind: "queue" });
    assert.match((await problemOf(send(queue.id))).detail, /kind queue/);
    assert.match((await problemOf(give(queue.id, "ABCDE-23456"))).detail, /kind queue/);
    assert.equal((await problemOf(send(id, { owner: 2 }))).code, "NOT_FOUND");
    assert.equal((await problemOf(give(id, "ABCDE-23456", 2))).code, "NOT_FOUND");
    assert.equal((await problemOf(give(id, "ABCDE-23456"))).code, "CODE_NOT_GOOD");
    assert.deepEqual(sent, []);
  });

  test("approves the mailbox with the newest code, once, as what it is", async () => {
    const { id, address } = await made();
    const asked = { commandId: `c-${fresh()}` };
    assert.equal((await send(id, asked)).sentTo, address);
    const first = lastCode();
    await send(id, asked);
    assert.equal(sent.at(-1)?.code, first, "the same command sends nothing again");
    await send(id);
    assert.notEqual(lastCode(), first);
    assert.equal((await problemOf(give(id, first))).detail, "The code is wrong.");
    const { approval, lifecycle } = await give(id, lastCode().toLowerCase().replace("-", ""));
    assert.deepEqual([approval.state, approval.by, lifecycle], ["approved", "ada", "approved"]);
    const [entry] = (await bus.request("config.mailbox.history", { id })).items;
    assert.match(`${entry?.event}: ${entry?.cause}`, /^approve-by-code: a code that was sent to .* proved/);
    assert.match((await problemOf(give(id, lastCode()))).detail, /approved already/);
  });

  test("has five tries, and a code is not good for another address, owner or decision", async () => {
    const { id } = await made();
    await send(id);
    for (let n = 0; n < 5; n += 1)
      assert.equal((await problemOf(give(id, "AAAAA-AAAAA"))).detail, "The code is wrong.");
    assert.match((await problemOf(give(id, lastCode()))).detail, /was tried 5 times/);
    await send(id);
    const before = lastCode();
    await bus.request("config.mailbox.update", { ...command(), id, change: { owner: { email: "new@example.org" } } });
    assert.match((await problemOf(give(id, before, 2))).detail, /No code was sent/);
    await send(id, { owner: 2 });
    await bus.request("config.mailbox.reject", { ...command(), id, reason: "not ours" });
    assert.match((await problemOf(give(id, lastCode(), 2))).detail, /rejected by an administrator/);
    await bus.request("config.mailbox.resubmit", { ...command(), id });
    assert.match((await problemOf(give(id, lastCode(), 2))).detail, /No code was sent/);
  });

  test("hears what the mail server says, and gets five codes an hour", async () => {
    const { id } = await made();
    isRefused = true;
    assert.match((await problemOf(send(id))).detail, /550 no/);
    isRefused = false;
    for (let n = 1; n < 5; n += 1) await send(id);
    assert.equal((await problemOf(send(id))).code, "TOO_MANY");
  });
});

test("a malformed message becomes a dead letter, and the next is handled", async () => {
  const dead = await given.listen("dead.*.*");
  const mailbox = await enabled();
  const good = runResult(mailbox, "outbound", { code: "CONNECTION_REFUSED", kind: "transient" }, "sync");
  await bus.publish({ ...good, id: `${good.id}:bad`, body: { mailboxId: mailbox.id, direction: "sideways" } });
  await bus.publish(good);
  const letter: Incoming<"dead.letter.v1"> = await eventually(() => dead.of("dead.letter.v1")[0]);
  assert.match(letter.body.reason, /direction/);
  await eventually(async () => (await get(mailbox.id)).directions.outbound.state === "enabled.retrying");
});

test("two replicas under fire: every version is told once, each from where the one before it led", async () => {
  const facts = await given.listen("fact.mailbox.*.transitioned");
  const mailboxes = await Promise.all(Array.from({ length: 10 }, enabled));
  const fire = mailboxes.flatMap((mailbox) =>
    (["inbound", "outbound"] as const).flatMap((direction) => {
      const failed = runResult(mailbox, direction, { code: "CONNECTION_REFUSED", kind: "transient" }, "sync");
      // The same message twice under another stream id, and a burst of failures of one outage.
      const burst = [1, 2, 3].map((n) => ({ ...failed, id: `${failed.id}:${n}` }));
      return [...burst, runResult(mailbox, direction, "ok", "sync")];
    }),
  );
  const commands = mailboxes.flatMap(({ id }) => [
    bus.request("config.mailbox.test-and-enable", { ...command(), id: id }),
    bus.request("config.mailbox.disable", { ...command(), id: id }),
  ]);
  await Promise.allSettled([bus.publishAll(fire), ...commands]);
  await eventually(async () => (await bus.streamUsage()).find(({ name }) => name === "MAILBOX")?.bytes === 0);
  for (const { id } of mailboxes) {
    const own = await eventually(async () => {
      const { items } = await bus.request("config.mailbox.history", { id: id });
      const told = facts.of("mailbox.transitioned.v1").filter((fact) => fact.mailboxId === id);
      return told.length === items.filter(({ event }) => event !== "create").length && told;
    });
    const inOrder = own.map(({ body }) => body).sort((one, other) => one.v - other.v);
    assert.equal(new Set(inOrder.map(({ v }) => v)).size, inOrder.length);
    inOrder.forEach(({ lifecycle }, n) => {
      if (n > 0) assert.equal(lifecycle.from, inOrder[n - 1]?.lifecycle.to);
    });
    const now = await get(id);
    assert.equal(inOrder.at(-1)?.lifecycle.to, now.lifecycle);
    assert.ok(now.directions.inbound.attempt <= 1, "failures of one outage count once");
  }
});
