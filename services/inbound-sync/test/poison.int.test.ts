import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { MessageBody } from "@mailfleet/contracts";
import { type Dovecot, eventually, mailServers, startDovecot } from "@mailfleet/local/testing";
import { type PoisonCase, poisonCases } from "@mailfleet/mime/testing";
import type { StoredMessage } from "../message/document.ts";
import { type GivenInbound, givenInbound } from "./given-inbound.ts";

const { skip } = await mailServers();
const address = "poison@example.test";
const mailboxId = "mb_poison";
/** Of those of 50 MB, which all go the same way, these two are enough. */
const largest = ["a line of 50 MB", "a header of 50 MB"];
const sizeOf = ({ pieces }: PoisonCase) => [...pieces()].reduce((sum, { length }) => sum + length, 0);
/** Dovecot 2.3 ends the connection at the last piece of this one ("got too little data"): it is set aside, rightly. */
const notGiven = "1 MB of CRs";
const cases = poisonCases.filter(
  (one) => one.what !== notGiven && (largest.includes(one.what) || sizeOf(one) < 10_000_000),
);

/** Every text in a value, however deep. */
function* texts(value: unknown): Generator<string> {
  if (typeof value === "string") yield value;
  else if (typeof value === "object" && value !== null) for (const one of Object.values(value)) yield* texts(one);
}

describe("messages that were made to stop who reads them, through the whole service", { skip }, () => {
  let given: GivenInbound;
  let dovecot: Dovecot;
  before(async () => {
    [given, dovecot] = await Promise.all([givenInbound(), startDovecot({ users: { [address]: "secret" } })]);
    const server = { protocol: "imap", host: "127.0.0.1", port: dovecot.ports.imaps, security: "tls" } as const;
    given.connect(mailboxId, {
      username: address,
      server: { ...server, trustedCertificates: dovecot.certificate },
    });
    for (const one of cases) await dovecot.drop(address, 1, () => Buffer.concat([...one.pieces()]));
    await dovecot.drop(address, 1, () => "Message-ID: <last@x>\r\nSubject: fine\r\n\r\nx\r\n");
  });
  after(async () => {
    await given?.stop();
    await dovecot?.stop();
  });

  test("each is stored and announced once, with fields that anybody can read, and the mailbox works on", async () => {
    const replica = await given.startReplica();
    await given.runAnew(mailboxId);
    const facts = () => given.factsOf(mailboxId, "mail.received.v1");
    await eventually(() => facts().length >= cases.length + 1, {
      what: "every message is announced",
      timeoutMs: 180_000,
    });
    const stored: StoredMessage[] = await given.stored(mailboxId);
    assert.equal(stored.length, cases.length + 1);
    assert.equal(facts().length, cases.length + 1);
    assert.equal(stored.at(-1)?.subject, "fine");

    for (const [n, { body }] of facts().entries()) {
      const what = cases[n]?.what ?? "the last one";
      assert.ok(JSON.stringify(body).length < 64_000, `${what}: the fact is small`);
      const { subject, from } = body as MessageBody<"mail.received.v1">;
      assert.ok((subject?.length ?? 0) <= 2000, `${what}: subject`);
      assert.ok(from.length <= 50, `${what}: addresses`);
      for (const text of texts(body)) assert.doesNotMatch(text, /\p{Cc}/u, `${what}: control characters`);
    }
    for (const [n, one] of cases.entries()) {
      const raw = await given.messages.read(stored[n]?.id ?? "", 0, 10);
      assert.ok((stored[n]?.size ?? 0) >= sizeOf(one), `${one.what}: all of it is kept`);
      assert.equal(raw?.data.length, 10, one.what);
    }
    assert.deepEqual(
      given.results.filter(({ type }) => type === "mailbox.run-failed.v1").map(({ body }) => body),
      [],
    );
    assert.deepEqual(
      given.facts.filter(({ type }) => type === "alert.raised.v1").map(({ body }) => body),
      [],
    );
    await replica.stop();
  });
});
