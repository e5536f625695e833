import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { type Dovecot, dropIntoMaildir, eventually, mailServers, startDovecot } from "@mailfleet/local/testing";
import type { SentFolder } from "@mailfleet/worker";
import { givenOutbound } from "./given-outbound.ts";
import type { Instance } from "./instance.ts";
import { type SentCopyCase, sentCopyCases } from "./sent-copy.cases.ts";
import { type Sink, startSink } from "./sink.ts";

const { skip } = await mailServers();
const large = `${"a line of a large message\r\n".repeat(20_000)}the end\r\n`;
const patience = { timeoutMs: 30_000 };

describe("a copy among the sent mail", { skip }, () => {
  let dovecot: Dovecot;
  let given: Awaited<ReturnType<typeof givenOutbound>>;
  const sinks: Sink[] = [];
  const instances: Instance[] = [];
  const lost = new Set<string>();
  /** Files, and does not say so, once. */
  const losing = (sentFolder: SentFolder): SentFolder => ({
    find: sentFolder.find,
    file: async (mailboxId, copy, signal) => {
      const why = await sentFolder.file(mailboxId, copy, signal);
      return lost.delete(mailboxId) && why === null ? "the connection was lost" : why;
    },
  });
  before(async () => {
    const names = sentCopyCases.map((_, n) => `user${n}@example.test`);
    dovecot = await startDovecot({ users: Object.fromEntries(names.map((name) => [name, "password"])) });
    given = await givenOutbound();
    const policy = { copyRetryMs: 150, lookAgainMs: 100 };
    // Two, each of which would file it.
    for (const _ of [1, 2]) instances.push(await given.start({ policy, around: losing }));
  });
  after(async () => {
    for (const one of instances) await one.stop();
    await given?.stop();
    await dovecot?.stop();
    for (const each of sinks) await each.stop();
  });

  const folder = (n: number) => dovecot.maildir(`user${n}@example.test`, "Sent");
  async function filed(n: number) {
    const found: { flags: string; raw: string }[] = [];
    for (const room of ["new", "cur"])
      for (const name of await readdir(join(folder(n), room)).catch(() => []))
        found.push({
          flags: /:2,(\w*)$/.exec(name)?.[1] ?? "",
          raw: await readFile(join(folder(n), room, name), "latin1"),
        });
    return found;
  }

  async function check(one: SentCopyCase, n: number): Promise<void> {
    const { sentCopy = "append", state = "sent" } = one;
    const sink = await startSink(
      {
        rcpt: (to) => (to === one.refuses ? "550 5.1.1 unknown" : "250 ok"),
        content: async (raw) => {
          const own = one.files?.(raw) ?? [];
          await dropIntoMaildir(folder(n), own.length, (m) => own[m] ?? "");
          return one.answer ?? "250 taken";
        },
      },
      { keepRaw: true },
    );
    sinks.push(sink);
    const right = { port: dovecot.ports.imap, username: `user${n}@example.test` };
    const wrong = { none: null, closed: { ...right, port: 1 }, refused: { ...right, username: "x" } };
    const mailbox = given.mailbox(sink.port, { sentCopy, imap: one.imap ? wrong[one.imap] : right });
    if (one.lostOnce) lost.add(mailbox.id);
    const to = ["b@example.org", ...(one.refuses ? [one.refuses] : [])];
    const sendId = `sn_copy${n}aaaaaaaaaa`;
    const text = one.large ? large : "hello";
    await given.submitContent(mailbox, sendId, { to, subject: "hello", text });
    await eventually(async () => (await given.get(sendId)).state === state, patience);
    const facts = (type: string) =>
      given.facts.filter((fact) => fact.type === type && (fact.body.object as { id?: string })?.id === sendId);
    if (one.told) await eventually(() => facts("alert.raised.v1").length === 1, patience);
    if (one.mends) mailbox.imap = right;
    const document = async () =>
      (await given.stored(sendId)) as { afterwards?: object; raw?: unknown; body?: object } | null;
    if (one.large) assert.ok((await document())?.body, "it lies in pieces");
    if (!one.told || one.mends)
      await eventually(async () => state !== "sent" || !(await document())?.afterwards, patience);
    const copies = await filed(n);
    assert.equal(copies.length, one.copies);
    assert.equal((await given.get(sendId)).state, state, "a copy changes nothing about the send");
    if (one.told) assert.equal(facts("alert.raised.v1")[0]?.body.code, "SENT_COPY_MISSING");
    if (one.mends) await eventually(() => facts("alert.cleared.v1").length === 1, patience);
    if (copies.length === 1 && !one.files) {
      assert.deepEqual(
        copies.map(({ flags }) => flags),
        ["S"],
        "it counts as read",
      );
      assert.equal(copies[0]?.raw.replaceAll("\r\n", "\n").trimEnd(), sink.raw[0]?.replaceAll("\r\n", "\n").trimEnd());
    }
    if (state !== "sent" || (one.told && !one.mends)) return;
    assert.equal((await document())?.raw, undefined, "the bytes go when the copy is filed");
    const { events } = await given.around.request("outbound-send.send.trail", { id: sendId });
    const isTold = events.some(({ what }) => what === "copyFiled");
    if (!one.files) assert.equal(isTold, copies.length > 0, "the trail tells that Mailfleet filed it");
  }

  it("is filed once, or it is said why not", { timeout: 240_000, concurrency: 4 }, async (t) => {
    await Promise.all(sentCopyCases.map((one, n) => t.test(one.what, () => check(one, n))));
  });
});
