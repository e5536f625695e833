import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { dirname } from "node:path";
import { after, before, describe, test } from "node:test";
import { ImapFlow } from "imapflow";
import { createTransport } from "nodemailer";
import { eventually } from "../engines/eventually.ts";
import { mailServers } from "./mail-servers.ts";
import { type Dovecot, startDovecot } from "./start-dovecot.ts";
import { type Postfix, startPostfix } from "./start-postfix.ts";

const { skip } = await mailServers();
const ann = "ann@example.test";
const bob = "bob@example.test";

describe("throw-away Dovecot and Postfix", { skip }, () => {
  let dovecot: Dovecot;
  let postfix: Postfix;
  before(async () => {
    dovecot = await startDovecot({ users: { [ann]: "one", [bob]: "two" } });
    postfix = await startPostfix({ dovecot });
  });
  after(async () => {
    await postfix?.stop();
    await dovecot?.stop();
    assert.equal(existsSync(dirname(dovecot.certificateFile)), false);
  });

  const count = async (user: string, pass: string, tls: boolean) => {
    const client = new ImapFlow({
      host: "127.0.0.1",
      port: tls ? dovecot.ports.imaps : dovecot.ports.imap,
      secure: tls,
      tls: { ca: dovecot.certificate },
      auth: { user, pass },
      logger: false,
    });
    client.on("error", () => {});
    try {
      await client.connect();
      const status = await client.status("INBOX", { messages: true });
      return status ? status.messages : undefined;
    } finally {
      client.close();
    }
  };

  test("a message submitted over TLS arrives on disk and over IMAP", async () => {
    const transport = createTransport({
      host: "127.0.0.1",
      port: postfix.ports.submissions,
      secure: true,
      tls: { ca: dovecot.certificate },
      auth: { user: ann, pass: "one" },
    });
    await transport.sendMail({ from: ann, to: bob, subject: "hello", text: "hi" });
    transport.close();
    const [message] = await eventually(async () => {
      const all = await dovecot.messages(bob);
      return all.length > 0 && all;
    });
    assert.match(message!.toString(), /Subject: hello/);
    assert.equal(await count(bob, "two", true), 1);
  });

  test("an unknown recipient is refused with 550", async () => {
    const transport = createTransport({
      host: "127.0.0.1",
      port: postfix.ports.submission,
      tls: { ca: dovecot.certificate },
      auth: { user: ann, pass: "one" },
    });
    await assert.rejects(transport.sendMail({ from: ann, to: "nobody@example.test", text: "x" }), {
      code: "EENVELOPE",
      responseCode: 550,
    });
    transport.close();
  });

  test("5,000 messages dropped on disk are seen, in order", async () => {
    await dovecot.drop(ann, 5000, (index) => `Subject: number ${index}\r\n\r\nbody\r\n`);
    assert.equal(await count(ann, "one", false), 5000);
    const all = await dovecot.messages(ann);
    assert.match(all[4999]!.toString(), /number 4999/);
  });

  test("a changed password holds at once", async () => {
    await dovecot.setPassword(bob, "three");
    await assert.rejects(count(bob, "two", false));
    assert.equal(await count(bob, "three", false), 1);
  });

  test("a server that was away comes back on the same port", async () => {
    await dovecot.stopListening();
    await assert.rejects(count(bob, "three", false), { code: "ECONNREFUSED" });
    await dovecot.listenAgain();
    assert.equal(await count(bob, "three", false), 1);
  });
});
