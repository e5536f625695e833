import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { ActSession, ConnectOptions, Mark } from "@mailfleet/connector-api";
import { FailureError, Secret, type TestStep } from "@mailfleet/contracts";
import { type EwsDouble, startEwsDouble } from "@mailfleet/local/doubles";
import { ewsAct } from "../src/index.ts";

const address = "jane@example.org";
const never = new AbortController().signal;
let exchange: EwsDouble;
before(async () => {
  exchange = await startEwsDouble({
    accounts: [
      { address, password: "right" },
      { address: "svc@example.org", password: "right", mailbox: false, impersonates: true },
    ],
  });
});
after(() => exchange.stop());

const options = (server: Partial<ConnectOptions["server"]> = {}, username = "svc@example.org"): ConnectOptions => ({
  mailboxId: "mb_test",
  address,
  server: {
    ...{ host: "127.0.0.1", port: Number(new URL(exchange.url).port), security: "none" as const },
    ...{ authentication: "basic" as const, access: "impersonation" as const },
    ...server,
  },
  credentials: { type: "password", username, password: new Secret("right") },
  allowedPorts: null,
  allowedNetworks: ["127.0.0.0/8"],
  connectionTimeoutMs: 5000,
});

async function tested(settle = async (_: ActSession) => "settled", given = options()) {
  const steps: TestStep[] = [];
  const report = await ewsAct.test(given, settle, (step) => steps.push(step), never);
  assert.deepEqual(report.steps, steps, "what is heard is what is reported");
  return { ...report, outcomes: steps.map(({ step, outcome }) => `${step} ${outcome}`) };
}

const mark: Mark = { organisation: "og_one", name: 'Ours & "theirs" <é>', since: Date.UTC(2026, 10, 29) };

describe("appointments, contacts and tasks in Exchange", () => {
  test("a test opens the three folders with the rights that are needed, then settles the mark", async () => {
    const { outcomes, failure, steps } = await tested();
    assert.equal(failure, null);
    assert.deepEqual(outcomes.slice(-5), ["access ok", "calendar ok", "contacts ok", "tasks ok", "mark ok"]);
    assert.equal(steps.at(-1)?.detail, "settled");
    assert.equal(exchange.requests.at(-1)?.impersonated, address);
  });

  test("the mark is kept in the mailbox and takes the place of another", async () => {
    const session = await ewsAct.open(options(), never);
    try {
      assert.equal(await session.readMark(never), null);
      await session.writeMark(mark, never);
      assert.deepEqual(await session.readMark(never), mark);
      await session.writeMark({ organisation: "og_two" }, never);
    } finally {
      await session.close();
    }
    const other = await ewsAct.open(options({ access: "own" }, address), never);
    try {
      assert.deepEqual(await other.readMark(never), { organisation: "og_two" });
    } finally {
      await other.close();
    }
  });

  test("a folder that may only be read ends the test, and says which right is missing", async () => {
    const mailbox = exchange.mailbox(address);
    const tasks = mailbox.folder("tasks");
    assert.ok(tasks);
    mailbox.editFolder(tasks.id, { readOnly: true });
    const { outcomes, failure } = await tested().finally(() => mailbox.editFolder(tasks.id, { readOnly: false }));
    assert.deepEqual(outcomes.slice(-2), ["contacts ok", "tasks failed"]);
    assert.equal(failure?.code, "ITEMS_NOT_ACCESSIBLE");
    assert.match(failure?.evidence?.reply ?? "", /missing: CreateContents, Modify/);
  });

  test("a mark that may not be written says what is needed, in Exchange's words", async () => {
    const mailbox = exchange.mailbox(address);
    const calendar = mailbox.folder("calendar");
    assert.ok(calendar);
    const session = await ewsAct.open(options(), never);
    mailbox.editFolder(calendar.id, { readOnly: true });
    try {
      await assert.rejects(session.writeMark(mark, never), (error: FailureError) => {
        assert.equal(error.failure.code, "ITEMS_NOT_ACCESSIBLE");
        assert.match(error.failure.evidence?.reply ?? "", /^needed: the rights .*the server says: .*ErrorAccessDenied/);
        return true;
      });
    } finally {
      mailbox.editFolder(calendar.id, { readOnly: false });
      await session.close();
    }
  });

  test("delegation is for mail only", async () => {
    exchange.addAccount({ address: "delegate@example.org", password: "right" });
    exchange.delegate(address, "delegate@example.org");
    const { outcomes, failure } = await tested(undefined, options({ access: "delegation" }, "delegate@example.org"));
    assert.deepEqual(outcomes.slice(-2), ["access ok", "calendar failed"]);
    assert.match(failure?.evidence?.reply ?? "", /needed: impersonation/);
  });

  test("what settling the mark refuses is the result of the test", async () => {
    const failure = { code: "ITEMS_OF_ANOTHER_ORGANISATION", kind: "permanent" } as const;
    const { outcomes, failure: found } = await tested(async () => {
      throw new FailureError(failure);
    });
    assert.equal(outcomes.at(-1), "mark failed");
    assert.equal(found?.code, "ITEMS_OF_ANOTHER_ORGANISATION");
  });
});
