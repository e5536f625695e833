import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { connect } from "node:net";
import { after, before, describe, it } from "node:test";
import { promisify } from "node:util";
import { ImapFlow } from "imapflow";
import { createTransport } from "nodemailer";
import { eventually } from "../engines/eventually.ts";
import { type Sandbox, startSandbox } from "./index.ts";

const ann = { address: "ann@sandbox.test", password: "one" };
const ben = { address: "ben@sandbox.test", password: "two" };

describe("the sandbox, seen by clients that nobody here wrote", () => {
  let sandbox: Sandbox;
  before(async () => {
    sandbox = await startSandbox({ accounts: [ann, ben] });
  });
  after(() => sandbox.stop());

  const imap = (user: string, pass: string) => {
    const client = new ImapFlow({
      host: sandbox.host,
      port: sandbox.imapPort,
      secure: false,
      auth: { user, pass },
      logger: false,
    });
    client.on("error", () => {});
    return client;
  };
  const smtp = (user: string, pass: string) =>
    createTransport({ host: sandbox.host, port: sandbox.smtpPort, ignoreTLS: true, auth: { user, pass } });
  const send = (raw: string | Buffer, to = ben.address) =>
    smtp(ann.address, ann.password).sendMail({ envelope: { from: ann.address, to: [to] }, raw });
  const inbox = async ({ address, password }: typeof ann) => {
    const client = imap(address, password);
    await client.connect();
    const lock = await client.getMailboxLock("INBOX");
    const all: Buffer[] = [];
    if (client.mailbox && client.mailbox.exists > 0)
      for await (const message of client.fetch("1:*", { source: true })) if (message.source) all.push(message.source);
    lock.release();
    await client.logout();
    return all;
  };

  it("brings what is sent to the recipient's inbox and nobody else's, byte for byte", async () => {
    const raw = Buffer.concat([
      Buffer.from("Subject: bytes\r\nContent-Transfer-Encoding: 8bit\r\n\r\nü€\r\n.dot\r\n"),
      Buffer.from([0xff, 0xfe, 0x80]),
      Buffer.from("\r\n"),
    ]);
    await send(raw);
    const arrived = await inbox(ben);
    assert.deepEqual(arrived.at(-1), raw);
    assert.deepEqual(await inbox(ann), []);
  });

  it("tells who signs in to read, in small letters, by IMAP and by POP3, and of nobody who is refused", async () => {
    const heard: string[] = [];
    const stop = sandbox.onSignIn((address) => heard.push(address));
    await inbox(ann);
    await assert.rejects(imap(ann.address, "wrong").connect());
    const socket = connect(sandbox.pop3Port, sandbox.host);
    socket.write(
      `USER ${ben.address.toUpperCase()}\r\nPASS wrong\r\nUSER BEN@sandbox.test\r\nPASS two\r\nSTAT\r\nQUIT\r\n`,
    );
    socket.resume();
    await eventually(() => heard.length === 2);
    assert.deepEqual(heard, [ann.address, ben.address]);
    stop();
    socket.destroy();
  });

  it("keeps no timer for a client that is cut off in IDLE", async () => {
    const timers = () => process.getActiveResourcesInfo().filter((name) => name === "Timeout").length;
    const socket = connect(sandbox.imapPort, sandbox.host);
    let heard = "";
    socket.on("data", (data) => {
      heard += data;
    });
    const says = (words: string) => eventually(() => heard.includes(words));
    await says("* OK");
    socket.write(`a LOGIN ${ann.address} ${ann.password}\r\n`);
    await says("a OK");
    const before = timers();
    socket.write("b IDLE\r\n");
    await says("+ ");
    assert.equal(timers(), before + 1);
    assert.deepEqual([sandbox.idling(ann.address), sandbox.idling(ben.address)], [1, 0]);
    socket.destroy();
    await eventually(() => timers() === before && sandbox.idling(ann.address) === 0);
  });

  it("is read and emptied over POP3 by a client that nobody here wrote", async () => {
    const raw = Buffer.from("Subject: by POP3\r\n\r\n.one dot\r\n..two\r\n");
    sandbox.addAccount("pop@sandbox.test", "three");
    sandbox.deliver("pop@sandbox.test", raw);
    sandbox.deliver("pop@sandbox.test", Buffer.from("Subject: stays\r\n\r\nx\r\n"));
    const script = `
import json, poplib, sys
given = json.load(sys.stdin)
pop = poplib.POP3(given["host"], given["port"], timeout=10)
pop.user(given["user"]); pop.pass_(given["password"])
uids = [line.decode().split()[1] for line in pop.uidl()[1]]
first = b"\\r\\n".join(pop.retr(1)[1]).decode()
top = pop.top(2, 0)[1]
pop.dele(1)
print(json.dumps({"uids": uids, "first": first, "top": top[0].decode(), "left": pop.stat()[0]}))
pop.quit()`;
    const given = { host: sandbox.host, port: sandbox.pop3Port, user: "pop@sandbox.test", password: "three" };
    const child = promisify(execFile)("python3", ["-c", script], { timeout: 20_000 });
    child.child.stdin?.end(JSON.stringify(given));
    const seen = JSON.parse((await child).stdout);
    assert.equal(new Set(seen.uids).size, 2);
    assert.deepEqual([`${seen.first}\r\n`, seen.top, seen.left], [raw.toString(), "Subject: stays", 1]);
    assert.equal(sandbox.messages("pop@sandbox.test").length, 1);
  });

  it("refuses a wrong password, unknown recipients and foreign senders with a server's words", async () => {
    await assert.rejects(imap(ann.address, "wrong").connect(), (error: { authenticationFailed?: boolean }) => {
      return error.authenticationFailed === true;
    });
    await assert.rejects(imap("testuser", "testpass").connect());
    await assert.rejects(send("Subject: x\r\n\r\n", "nobody@sandbox.test"), /5\.1\.1/);
    const foreign = smtp(ann.address, ann.password).sendMail({
      envelope: { from: ben.address, to: [ben.address] },
      raw: "x",
    });
    await assert.rejects(foreign, /553/);
  });

  it("goes wrong when asked to, once", async () => {
    sandbox.spoilNext({ stage: "data", code: 451, text: "4.3.0 later" });
    await assert.rejects(send("Subject: later\r\n\r\n"), /451/);
    sandbox.spoilNext({ stage: "after-dot" });
    const before = sandbox.submissions.length;
    await assert.rejects(send("Subject: lost answer\r\nMessage-ID: <lost@x>\r\n\r\n"));
    assert.equal(sandbox.submissions.length, before + 1);
    assert.equal(sandbox.submissions.at(-1)?.messageId, "<lost@x>");
    await send("Subject: fine\r\n\r\n");
  });

  it("goes away and comes back on the same ports with its mail", async () => {
    const before = (await inbox(ben)).length;
    await sandbox.pause();
    await assert.rejects(imap(ben.address, ben.password).connect());
    await assert.rejects(send("Subject: away\r\n\r\n"));
    await sandbox.resume();
    assert.equal((await inbox(ben)).length, before);
  });
});
