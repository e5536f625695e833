import assert from "node:assert/strict";
import { after, before, beforeEach, describe, test } from "node:test";
import type { ActSession, ConnectOptions, Mark } from "@mailfleet/connector-api";
import { type FailureError, Secret, type TestStep } from "@mailfleet/contracts";
import { createGuardedFetch } from "@mailfleet/http";
import { type GraphDouble, startGraphDouble } from "@mailfleet/local/doubles";
import { graphAct } from "../src/index.ts";

const address = "jane@example.org";
const fetch = createGuardedFetch({ privateNetworks: ["127.0.0.0/8"] });
const connector = graphAct({ fetch });
const never = new AbortController().signal;
const all = ["Calendars.ReadWrite", "Contacts.ReadWrite", "Tasks.ReadWrite.All"];
let graph: GraphDouble;
before(async () => {
  graph = await startGraphDouble({
    oauth: {
      introspect: () => ({ account: "", clientId: "app", scopes: ["https://graph.microsoft.com/.default"] }),
    },
    mailboxes: [address],
  });
});
after(async () => {
  await graph.stop();
  await fetch.close();
});
/** What the tenant's administrator has consented to, as the token says it. */
let consented: readonly string[] = [];
const consent = (permissions: readonly string[]) => {
  consented = permissions;
  graph.limitPermissions(permissions);
};
const token = () =>
  ["{}", JSON.stringify({ appid: "app", idtyp: "app", roles: consented }), "signature"]
    .map((part) => Buffer.from(part).toString("base64url"))
    .join(".");
beforeEach(() => consent(all));

const options = (): ConnectOptions => ({
  mailboxId: "mb_test",
  address,
  server: { host: "graph", port: 443, security: "tls", apiUrl: graph.url },
  credentials: { type: "token", username: address, accessToken: async () => new Secret(token()) },
  allowedPorts: null,
  allowedNetworks: ["127.0.0.0/8"],
  connectionTimeoutMs: 5000,
});

async function tested(settle = async (_: ActSession) => "settled", given = options()) {
  const steps: TestStep[] = [];
  const report = await connector.test(given, settle, (step) => steps.push(step), never);
  return { ...report, outcomes: steps.map(({ step, outcome }) => `${step} ${outcome}`) };
}

const mark: Mark = { organisation: "og_one", name: "Ours & 'theirs' é", since: Date.UTC(2026, 10, 29) };

describe("appointments, contacts and tasks in Exchange Online", () => {
  test("a test opens all three, then settles the mark", async () => {
    const { outcomes, failure, steps } = await tested();
    assert.equal(failure, null);
    const folders = ["calendar ok", "contacts ok", "tasks ok", "mark ok"];
    assert.deepEqual(outcomes, ["connect ok", "authenticate ok", "account skipped", "access ok", ...folders]);
    assert.match(steps.find(({ step }) => step === "access")?.detail ?? "", /Calendars.*Contacts.*Tasks/);
  });

  for (const [step, permission] of [
    ["calendar", "Calendars.ReadWrite"],
    ["contacts", "Contacts.ReadWrite"],
    ["tasks", "Tasks.ReadWrite.All"],
  ] as const)
    test(`without ${permission} the test ends at ${step} and names it`, async () => {
      consent(all.filter((one) => one !== permission));
      const { outcomes, failure, steps } = await tested();
      assert.equal(outcomes.at(-1), `${step} failed`);
      const said = steps.find((one) => one.step === "access")?.detail ?? "";
      assert.ok(said.startsWith(`nobody has consented to ${permission} in Entra`), said);
      assert.equal(failure?.code, "ITEMS_NOT_ACCESSIBLE");
      assert.match(failure?.evidence?.reply ?? "", new RegExp(`needed: .*${permission}; the server says: 403 `));
    });

  test("the mark is kept in the mailbox and takes the place of another", async () => {
    const session = await connector.open(options(), never);
    assert.equal(await session.readMark(never), null);
    await session.writeMark(mark, never);
    assert.deepEqual(await session.readMark(never), mark);
    await session.writeMark({ organisation: "og_two" }, never);
    assert.deepEqual(await (await connector.open(options(), never)).readMark(never), { organisation: "og_two" });
  });

  test("a calendar that may only be read gets no mark, and the permission is named", async () => {
    consent(["Calendars.Read"]);
    const session = await connector.open(options(), never);
    await assert.rejects(session.writeMark(mark, never), (error: FailureError) => {
      assert.equal(error.failure.code, "ITEMS_NOT_ACCESSIBLE");
      assert.match(error.failure.evidence?.reply ?? "", /Calendars\.ReadWrite/);
      return true;
    });
  });

  test("a mailbox without a licence is explained by the directory, as for mail", async () => {
    const { account } = graph.addMailbox("unlicensed@example.org");
    Object.assign(account, { served: false, licensed: false });
    consent([...all, "User.Read.All"]);
    const { failure } = await tested(undefined, { ...options(), address: "unlicensed@example.org" });
    assert.equal(failure?.code, "LICENCE_MISSING");
  });

  test("a mailbox that is missing keeps its own code", async () => {
    const { failure } = await tested(undefined, { ...options(), address: "no@example.org" });
    assert.equal(failure?.code, "MAILBOX_NOT_FOUND");
  });
});
