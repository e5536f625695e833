import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import type { Alert, Mailbox, Profile, ReceivedMessage, Send } from "@mailfleet/contracts";
import { eventually, mailServers } from "@mailfleet/local/testing";
import { holds } from "../world/holds.ts";
import { type MailWorld, startMailWorld } from "../world/mail-world.ts";

const { skip } = await mailServers();
const queue = "support@example.test";
const password = "a-password-of-support";
const incoming = 100;
const outgoing = 10;
const mail = (n: number) =>
  [
    `From: a@elsewhere.test`,
    `To: ${queue}`,
    `Subject: in ${n}`,
    `Message-ID: <in-${n}@elsewhere.test>`,
    "",
    "text",
    "",
  ].join("\r\n");

describe("POP3 with credentials of the queue, from an empty system", { skip }, () => {
  let world: MailWorld;
  let mailbox: Mailbox;
  const path = `/mailboxes/${encodeURIComponent(queue)}`;
  const reads = (word: Mailbox["lifecycle"]) =>
    eventually(
      async () => {
        const now = await world.api.get<Mailbox>(path);
        assert.equal(now.lifecycle, word, JSON.stringify(now.directions));
        return now;
      },
      { timeoutMs: 30_000, everyMs: 100 },
    );
  const received = async () =>
    (await world.api.get<{ items: ReceivedMessage[] }>(`${path}/messages?limit=500`)).items.filter(({ subject }) =>
      subject?.startsWith("in "),
    );

  before(async () => {
    world = await startMailWorld({ users: { [queue]: password } });
  });
  after(() => world?.stop());

  it("is enabled in both directions after its test", async () => {
    const { dovecot, postfix } = world;
    const profile = await world.api.post<Profile>("/profiles", {
      name: "POP3",
      inbound: {
        protocol: "pop3",
        host: "localhost",
        port: dovecot.ports.pop3s,
        trustedCertificates: dovecot.certificate,
      },
      outbound: {
        host: "localhost",
        port: postfix.ports.submission,
        security: "starttls",
        trustedCertificates: dovecot.certificate,
      },
    });
    assert.equal(profile.inbound.security, "tls");
    mailbox = await world.api.post<Mailbox>("/mailboxes", {
      address: queue,
      kind: "queue",
      profileId: profile.id,
      deleteAfterProcessing: true,
      credentials: { username: queue, password },
    });
    await world.api.post(`${path}/approve`, { address: queue });
    await world.api.post(`${path}/test-and-enable`, {});
    const enabled = await reads("enabled.running");
    const { inbound, outbound } = enabled.directions;
    assert.deepEqual([inbound.verdict, outbound.verdict], ["Success", "Success"]);
    assert.deepEqual(
      inbound.lastTest?.steps.map(({ step }) => step),
      ["resolve", "connect", "tls", "authenticate", "list"],
    );
  });

  it("receives a hundred messages once, and empties the queue at the server", async () => {
    await world.dovecot.drop(queue, incoming, mail);
    await holds(async () => assert.equal((await received()).length, incoming));
    await holds(async () => assert.deepEqual(await world.dovecot.messages(queue), []));
    assert.equal(new Set((await received()).map(({ subject }) => subject)).size, incoming);
  });

  it("sends ten messages once", async () => {
    const sends = await Promise.all(
      Array.from({ length: outgoing }, (_, n) =>
        world.api.post<Send>(`${path}/sends`, { to: [queue], subject: `out ${n}`, text: "hello" }),
      ),
    );
    await holds(async () => {
      const states = await Promise.all(sends.map(({ id }) => world.api.get<Send>(`/sends/${id}`)));
      assert.ok(states.every(({ state }) => state === "sent"));
    });
    await holds(async () => {
      const { items } = await world.api.get<{ items: ReceivedMessage[] }>(`${path}/messages?limit=500`);
      const arrived = items.filter(({ subject }) => subject?.startsWith("out ")).map(({ messageId }) => messageId);
      assert.deepEqual(arrived.sort(), sends.map(({ messageId }) => messageId).sort());
    });
  });

  it("loses its credentials, says so in words, and is enabled again with the right ones", async () => {
    await world.dovecot.setPassword(queue, "another-password");
    await world.api.post(`${path}/sync-now`, {});
    await world.api.post(`${path}/sends`, { to: [queue], subject: "waits", text: "x" });
    const stopped = await reads("disabled.credentialsExpired");
    const error = stopped.directions.inbound.lastError;
    assert.equal(error?.code, "AUTHENTICATION_REJECTED");
    assert.match(error?.evidence?.reply ?? "", /Authentication failed/i);
    assert.match(error?.remedy ?? "", /credentials/);
    await holds(async () => {
      const { items } = await world.api.get<{ items: Alert[] }>(`/alerts?objectId=${mailbox.id}&state=raised`);
      assert.ok(items.some(({ code }) => code === "AUTHENTICATION_REJECTED"));
    });
    await world.api.put(`${path}/credentials`, { username: queue, password: "another-password" });
    await reads("enabled.running");
    assert.equal((await received()).length, incoming);
    await holds(async () => {
      const { items } = await world.api.get<{ items: Send[] }>(`/sends?mailboxId=${mailbox.id}&limit=100`);
      assert.ok(items.every(({ state }) => state === "sent"));
    });
  });

  it("is not used any more once it may not be", async () => {
    await world.api.patch(path, { allowToUseCredentials: false });
    const stopped = await reads("disabled.credentialsMissing");
    assert.equal(stopped.directions.inbound.lastError?.code, "CREDENTIALS_NOT_ALLOWED");
    await world.api.patch(path, { allowToUseCredentials: true });
    await reads("enabled.running");
  });

  it("is refused by the ports policy, when saving and when connecting", async () => {
    await world.api.patch("/settings", { allowedOutboundPorts: "us-government" });
    await assert.rejects(
      world.api.post("/profiles", { name: "Other", inbound: { host: "a.test" }, outbound: { host: "a.test" } }),
      /PORT_NOT_ALLOWED|allowed outbound ports/,
    );
    await world.api.post(`${path}/test`, {});
    // A test beside the work of an enabled direction stops nothing; the next poll does.
    await holds(async () => {
      // A poll may have stopped the direction before the test was asked for: then it is tested once more first.
      const { inbound, outbound } = (await reads("enabled.degraded")).directions;
      assert.equal(inbound.state, "failed.final");
      assert.equal(outbound.lastError?.code, "PORT_NOT_ALLOWED");
      assert.equal(inbound.lastError?.code, "PORT_NOT_ALLOWED");
      assert.match(inbound.lastError?.evidence?.reply ?? "", /80, 443, 465, 995/);
    });
  });
});
