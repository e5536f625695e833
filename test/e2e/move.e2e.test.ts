import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { after, before, describe, it } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import type { Profile, Send } from "@mailfleet/contracts";
import {
  type EwsDouble,
  type GraphDouble,
  type HttpProxyDouble,
  type OAuthDouble,
  startEwsDouble,
  startGraphDouble,
  startHttpProxy,
  startOAuthDouble,
} from "@mailfleet/local/doubles";
import { eventually } from "@mailfleet/local/testing";
import { type FleetWorld, startWorld } from "../world/fleet-world.ts";
import { holds } from "../world/holds.ts";

const address = "anna@contoso.test";
const path = `/mailboxes/${encodeURIComponent(address)}`;
const program = fileURLToPath(new URL("../../packages/cli/bin/mailfleet.mjs", import.meta.url));
const there = 20;

describe("a mailbox that moves from Exchange to Exchange Online, by the command line", () => {
  let oauth: OAuthDouble;
  let exchange: EwsDouble;
  let graph: GraphDouble;
  let proxy: HttpProxyDouble;
  let world: FleetWorld;

  const mail = (n: number, more = "") =>
    Buffer.from(
      `${more}From: a@elsewhere.test\r\nTo: ${address}\r\nSubject: in ${n}\r\nMessage-ID: <${n}@elsewhere.test>\r\nDate: Thu, 1 Jan 2026 10:00:00 +0000\r\n\r\ntext\r\n`,
    );
  const received = async () =>
    (await world.messages(address)).map(({ subject }) => subject ?? "").filter((subject) => subject.startsWith("in "));
  const mailfleet = (...args: string[]) =>
    new Promise<{ code: number; out: string; err: string }>((resolve) => {
      const { consoleUrl, adminTokenFile } = world.stack;
      const all = [program, "--url", consoleUrl, "--token-file", adminTokenFile, ...args];
      execFile(process.execPath, all, (error, out, err) => resolve({ code: Number(error?.code ?? 0), out, err }));
    });

  before(async () => {
    oauth = await startOAuthDouble();
    exchange = await startEwsDouble({ accounts: [{ address, password: "secret" }] });
    exchange.mimeVaries = true;
    graph = await startGraphDouble({ oauth });
    proxy = await startHttpProxy();
    world = await startWorld({
      env: {
        MAILFLEET_ALLOWED_PRIVATE_NETWORKS: "127.0.0.0/8",
        MAILFLEET_HTTP_PROXY: `http://127.0.0.1:${proxy.port}`,
      },
    });
    const server = {
      ...{ protocol: "ews", host: "127.0.0.1", port: Number(new URL(exchange.url).port), security: "none" },
      ...{ authentication: "basic", credentials: "mailbox" },
    };
    await world.api.patch("/settings", { allowedNetworks: ["127.0.0.0/8"] });
    const { id: profileId } = await world.api.post<Profile>("/profiles", {
      ...{ name: "Old", type: "exchange-server", inbound: server, outbound: server },
    });
    const { token } = oauth.tenant("contoso.test");
    const clientId = "6c1f2b8e-3f2a-4b7d-9d7a-2f6f0a0f9c11";
    await world.api.post<Profile>("/profiles", {
      ...{ name: "New", type: "exchange-online" },
      oauth: {
        ...{ provider: "microsoft", flow: "application", tenantId: "contoso.test", clientId },
        endpoints: { token, api: graph.url },
      },
      oauthSecret: { clientSecret: oauth.addClient({ clientId }).clientSecret },
    });
    const credentials = { username: address, password: "secret" };
    await world.api.post("/mailboxes", { address, profileId, credentials });
    await world.api.post(`${path}/approve`, { address });
    await world.api.post(`${path}/test-and-enable`, {});
    await world.reads(address, "enabled.running");
    for (let n = 0; n < there; n += 1) exchange.deliver(address, mail(n));
    await eventually(async () => (await received()).length === there, { timeoutMs: 15_000 });
  });
  after(async () => {
    await world?.stop();
    await Promise.all([exchange?.stop(), graph?.stop(), oauth?.stop(), proxy?.stop()]);
  });

  it("is not moved where the new profile cannot read it, and that is said", async () => {
    const { code, err } = await mailfleet("mailbox", "move", address, "--profile", "New", "--yes");
    assert.equal(code, 1);
    assert.match(err, /nothing was changed. inbound, list: MAILBOX_NOT_FOUND .*ErrorInvalidUser/);
    const { lifecycle, profileId } = await world.mailbox(address);
    assert.equal(lifecycle, "enabled.running");
    assert.equal((await world.api.get<Profile>(`/profiles/${profileId}`)).name, "Old");
  });

  it("says before what will come in, and moves while mail is being sent: nothing twice, nothing lost", async () => {
    const online = graph.addMailbox(address);
    for (let n = 0; n <= there; n += 1) online.add(mail(n, "X-Read: again\r\n"));
    const tried = await mailfleet("mailbox", "move", address, "--profile", "New", "--dry-run");
    assert.equal(tried.code, 0, tried.err);
    assert.match(tried.out, /21 messages are there: 20 of them were handed over before.*1 will be handed over as new/s);
    assert.match(tried.out, /outbound +authenticate +ok/);
    // Each takes a while, so that some are on the wire when the profile changes.
    exchange.failNext({ path: "CreateItem", delayMs: 300, times: 1000 });
    const sends: Send[] = [];
    let moving = true;
    const sending = (async () => {
      for (; moving; await pause(50))
        sends.push(
          await world.api.post<Send>(`${path}/sends`, {
            ...{ to: ["far@elsewhere.test"], subject: `out ${sends.length}`, text: "x" },
          }),
        );
    })();
    const { code, out, err } = await mailfleet("--json", "mailbox", "move", address, "--profile", "New", "--yes");
    moving = false;
    await sending;
    assert.equal(code, 0, err);
    const { moved, after } = JSON.parse(out);
    assert.equal(moved, true);
    assert.deepEqual([after.lists === after.says, after.missing], [true, 0]);
    await holds(async () => {
      for (const { id } of sends) assert.equal((await world.api.get<Send>(`/sends/${id}`)).state, "sent");
    });
    const isLoad = (subject: string | undefined) => subject?.startsWith("out ");
    const byEws = exchange.sent.map(({ raw }) => /^Subject: (out \d+)/m.exec(raw.toString())?.[1]).filter(isLoad);
    const byGraph = graph.sent.map(({ subject }) => subject).filter(isLoad);
    assert.ok(byEws.length > 0 && byGraph.length > 0, `${byEws.length} by EWS, ${byGraph.length} by Graph`);
    assert.deepEqual([...byEws, ...byGraph].sort(), sends.map((_, n) => `out ${n}`).sort());
    await holds(async () => assert.equal((await received()).length, there + 1));
  });

  it("goes back the same way", async () => {
    exchange.deliver(address, mail(there));
    exchange.deliver(address, mail(there + 1));
    const { code, err } = await mailfleet("mailbox", "move", address, "--profile", "Old", "--yes");
    assert.equal(code, 0, err);
    await holds(async () => assert.equal((await received()).length, there + 2));
    assert.equal(new Set(await received()).size, there + 2);
  });

  it("went through the HTTP proxy all the time: tokens, Exchange and Graph", () => {
    const targets = new Set(proxy.asked.map(({ target }) => target));
    const { token } = oauth.tenant("contoso.test");
    assert.deepEqual(targets, new Set([exchange.url, graph.url, token].map((url) => new URL(url).host)));
  });
});
