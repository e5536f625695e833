import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, describe, it } from "node:test";
import type { Mailbox } from "@mailfleet/contracts";
import { eventually, noNamesOutside, runSchemathesis, withoutSchemathesis } from "@mailfleet/local/testing";
import { type FleetWorld, startWorld } from "../world/fleet-world.ts";

const skip = await withoutSchemathesis();
const address = "sales@sandbox.test";
/**
 * The suite reads only: what a write is answered depends on what the writes before it did, and so on the speed of the machine.
 * It tries one method that a path does not know instead of seven.
 * `MAILFLEET_API_TRIAL_SECONDS=1800 node --test test/e2e/api-trial.e2e.test.ts` writes, too, and makes up calls at random.
 */
const long = Number(process.env.MAILFLEET_API_TRIAL_SECONDS ?? 0);

describe("the API, called with whatever its OpenAPI document allows and forbids", { skip }, () => {
  let world: FleetWorld;
  let known: Record<string, string>;
  let spare: Record<string, string>;
  before(async () => {
    world = await startWorld({ env: noNamesOutside });
    const { api } = world;
    const { id: profile } = await world.sandboxProfile();
    const { id: mailbox } = await world.enabledMailbox(address);
    const send = await api.post<{ id: string }>(`/mailboxes/${mailbox}/sends`, {
      ...{ to: [address], subject: "trial", text: "text" },
    });
    const nativeId = await eventually(async () => {
      const [received] = await world.messages(mailbox);
      if (!received) throw new Error("the mail to itself is not there yet");
      return received.id.slice(mailbox.length + 1);
    });
    const made = async (path: string, body: object) => (await api.post<{ id: string }>(path, body)).id;
    const job = await made("/jobs", { verb: "sync-now", mailboxIds: [mailbox] });
    const subscription = await made("/subscriptions", { name: "known", kind: "pull" });
    known = { ...{ profile, mailbox, mailboxId: mailbox, nativeId, send: send.id, mail: send.id }, job, subscription };
    const server = { host: "127.0.0.1", port: 1, security: "none" };
    spare = {
      mailbox: (await api.post<Mailbox>("/mailboxes", { address: "spare@sandbox.test" })).id,
      profile: await made("/profiles", { name: "Spare", inbound: server, outbound: server }),
      subscription: await made("/subscriptions", { name: "spare", kind: "pull" }),
      token: await made("/tokens", { name: "spare", role: "reader" }),
    };
  });
  after(() => world?.stop());

  it("answers as the document says, refuses what it forbids, and lets nobody in without a token", async (t) => {
    const { consoleUrl, adminTokenFile } = world.stack;
    const { cases, operations, failures } = await runSchemathesis({
      url: `${consoleUrl}/api/v1/openapi.json`,
      token: readFileSync(adminTokenFile, "utf8").trim(),
      ...{ known, spare },
      ...(long > 0 ? { phases: "examples,coverage,fuzzing,stateful" } : { phases: "examples,coverage", method: "GET" }),
      examples: 20,
      seed: long > 0 ? Math.floor(Math.random() * 1e9) : 1,
      // The suite ends by the number of its calls; the time is for a machine that is busy.
      seconds: long || 120,
    });
    t.diagnostic(`${cases} calls of ${operations} operations`);
    assert.equal(failures, "");
    assert.ok(cases > 20, `only ${cases} calls`);
    // What is still there afterwards is as it was meant to be: nothing that was refused left a trace.
    assert.equal((await world.api.get<Mailbox>(`/mailboxes/${known.mailbox}`)).id, known.mailbox);
  });
});
