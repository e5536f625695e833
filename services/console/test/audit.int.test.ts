import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import type { Incoming } from "@mailfleet/bus";
import { consumers } from "@mailfleet/contracts";
import { eventually } from "@mailfleet/local/testing";
import { type ConsoleUnderTest, startConsoleUnderTest } from "./console-under-test.ts";
import { mailboxSample, sendSample } from "./samples.ts";

describe("what the console itself does or refuses", () => {
  let console: ConsoleUnderTest;
  const heard: Incoming<"audit.recorded.v1">[] = [];
  before(async () => {
    console = await startConsoleUnderTest({
      "config.mailbox.get": async () => mailboxSample,
      "outbound-send.send.submit": async () => sendSample,
    });
    await console.bus.consume(consumers.alertingAudit, {
      types: ["audit.recorded.v1"],
      concurrency: 1,
      handle: async (message) => void heard.push(message),
    });
  });
  after(() => console?.stop());
  const entry = (operation: string) =>
    eventually(() => heard.find(({ body }) => body.operation === operation)?.body, { what: operation });

  it("is in the audit: a token that is made, without its secret", async () => {
    const made = await console.send("POST", "/tokens", { body: { name: "ci", role: "reader" } });
    const { by, from, object, changes, outcome } = await entry("token.create").then((one) => ({
      ...one,
      ...one.by,
      by: one.by,
    }));
    assert.deepEqual([by.kind, by.name, from, outcome], ["token", "administrator", "127.0.0.1", "accepted"]);
    assert.deepEqual(object, { type: "token", id: made.body.id, label: "ci" });
    assert.ok(changes.some(({ field, after }) => field === "role" && after === "reader"));
    assert.ok(!JSON.stringify(heard).includes(String(made.body.token)));
  });

  it("is in the audit: who lacks a right, and who may not see the mailbox", async () => {
    const reader = await console.tokenFor("reader");
    await console.send("POST", `/mailboxes/${mailboxSample.id}/disable`, { token: reader });
    const refused = await entry("mailbox.disable");
    assert.deepEqual([refused.outcome, refused.code, refused.mailboxId], ["refused", "FORBIDDEN", mailboxSample.id]);
    const elsewhere = { name: "x", role: "operator", domains: ["example.test"] };
    const token = String((await console.send("POST", "/tokens", { body: elsewhere })).body.token);
    await console.send("POST", `/mailboxes/${mailboxSample.id}/test`, { token, body: {} });
    assert.equal((await entry("mailbox.test")).code, "NOT_FOUND");
  });

  it("is in the audit: who comes to the page and goes, from where, by which token", async () => {
    const made = await console.send("POST", "/tokens", { body: { name: "Ada", role: "reader" } });
    const at = `${console.app.url}/admin/session`;
    const headers = { "content-type": "application/json" };
    const come = await fetch(at, { method: "POST", headers, body: JSON.stringify({ token: made.body.token }) });
    const begun = await entry("session.begin");
    assert.deepEqual(begun.by, { kind: "token", id: made.body.id, name: "Ada", from: "127.0.0.1" });
    await fetch(at, { method: "DELETE", headers: { cookie: come.headers.get("set-cookie")?.split(";")[0] ?? "" } });
    assert.deepEqual((await entry("session.end")).object, begun.object);
  });

  it("is in the audit: a message that may not be submitted; one that is submitted is its own record", async () => {
    const body = { to: ["a@example.org"], subject: "s", text: "t" };
    const send = (token?: string) =>
      console.send("POST", `/mailboxes/${mailboxSample.id}/sends`, { body, ...(token ? { token } : {}) });
    assert.equal((await send()).status, 202);
    assert.equal((await send(await console.tokenFor("reader"))).status, 403);
    assert.deepEqual(
      [(await entry("send.submit")).outcome, (await entry("send.submit")).code],
      ["refused", "FORBIDDEN"],
    );
    assert.equal(heard.filter(({ body }) => body.operation === "send.submit").length, 1);
  });

  it("is not in the audit where nothing is asked to change", async () => {
    const reader = await console.tokenFor("reader");
    assert.equal((await console.send("GET", "/tokens", { token: reader })).status, 403);
    await console.send("DELETE", "/tokens/tk_none0001", {});
    await console.send("POST", "/tokens", { body: { name: "last", role: "reader" } });
    await eventually(() => heard.some(({ body }) => body.object.label === "last"));
    assert.ok(!heard.some(({ body }) => body.operation === "token.list"));
  });
});
