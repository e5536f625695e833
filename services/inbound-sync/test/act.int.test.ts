import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { markProperty } from "@mailfleet/connector-api";
import { type Failure, type Purpose, subjects, type TestStep } from "@mailfleet/contracts";
import { type EwsDouble, startEwsDouble } from "@mailfleet/local/doubles";
import { eventually } from "@mailfleet/local/testing";
import { type GivenInbound, givenInbound } from "./given-inbound.ts";

const address = "jane@example.org";
/** Grows with each connection, so that no run coalesces with one before it. */
let generation = 0;
let given: GivenInbound;
let exchange: EwsDouble;
before(async () => {
  exchange = await startEwsDouble({ accounts: [{ address, password: "secret" }] });
  given = await givenInbound();
  await given.startReplica();
});
after(async () => {
  await given.stop();
  await exchange.stop();
});

/** A mailbox of an organisation; both organisations of these tests have the same one at the server. */
function mailboxOf(name: string, more: { takeOver?: boolean; state?: "testing" | "enabled.running" } = {}) {
  const { takeOver = false, state = "testing" } = more;
  const server = { host: "127.0.0.1", port: Number(new URL(exchange.url).port), security: "none" } as const;
  given.connect(`mb_${name}`, {
    ...{ direction: "act", address, kind: "user", username: address, state, generation: ++generation },
    server: { ...server, protocol: "ews", authentication: "basic", access: "own" },
    act: { organisation: { id: `og_${name}`, name: `The ${name}` }, takeOver },
  });
}

/** Runs it, as the scheduler would, and waits for what is reported of it. */
async function run(name: string, purpose: Purpose): Promise<{ steps?: TestStep[]; failure?: Failure }> {
  const mailboxId = `mb_${name}`;
  const before = given.results.length;
  await given.world.publish({
    id: crypto.randomUUID(),
    subject: subjects.run("act", purpose, mailboxId, generation),
    ...{ type: "run.requested.v1", mailboxId, generation, at: Date.now() },
    body: { mailboxId, direction: "act", purpose, generation },
  });
  const found = await eventually(() => given.results.slice(before).find((one) => one.mailboxId === mailboxId) ?? null, {
    what: `the ${purpose} of ${name}`,
  });
  return found.body as { steps?: TestStep[]; failure?: Failure };
}

describe("appointments, contacts and tasks", () => {
  test("a mailbox belongs to the organisation that tests it first; another one is refused, and may take it over", async () => {
    mailboxOf("first");
    const first = await run("first", "test");
    assert.equal(first.failure, undefined);
    const steps = first.steps?.map(({ step, outcome }) => `${step} ${outcome}`) ?? [];
    assert.deepEqual(steps.slice(-4), ["calendar ok", "contacts ok", "tasks ok", "mark ok"]);

    mailboxOf("second");
    const second = await run("second", "test");
    assert.equal(second.failure?.code, "ITEMS_OF_ANOTHER_ORGANISATION");
    assert.match(second.failure?.evidence?.reply ?? "", /that of The first \(og_first\), since 20/);

    mailboxOf("second", { takeOver: true });
    const taking = await run("second", "test");
    assert.equal(taking.failure, undefined);
    assert.match(taking.steps?.at(-1)?.detail ?? "", /taken over from The first/);

    mailboxOf("first", { state: "enabled.running" });
    const noticed = await run("first", "sync");
    assert.equal(noticed.failure?.code, "ITEMS_OF_ANOTHER_ORGANISATION");
    assert.match(noticed.failure?.evidence?.reply ?? "", /The second/);
  });

  test("a probe of ours passes, and leaves a mark that somebody has removed", async () => {
    const mailbox = exchange.mailbox(address);
    const calendar = mailbox.folder("calendar");
    assert.ok(calendar);
    mailbox.editFolder(calendar.id, { extended: {} });
    mailboxOf("first", { state: "testing" });
    assert.equal((await run("first", "probe")).failure, undefined);
    const kept = Object.entries(mailbox.folder("calendar")?.extended ?? {});
    assert.equal(kept.length, 1);
    assert.match(kept[0]?.[0] ?? "", new RegExp(markProperty.name, "i"));
    assert.match(kept[0]?.[1] ?? "", /og_first/);
  });
});
