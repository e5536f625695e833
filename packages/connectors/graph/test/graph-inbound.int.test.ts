import assert from "node:assert/strict";
import { after, describe, test } from "node:test";
import {
  type Batch,
  type ConnectOptions,
  type Cursor,
  checkBalance,
  type FetchedMessage,
  LinkBroke,
  type ListOptions,
} from "@mailfleet/connector-api";
import { FailureError, Secret } from "@mailfleet/contracts";
import { createGuardedFetch } from "@mailfleet/http";
import { type GraphDouble, type GraphMailbox, startGraphDouble, type Trouble } from "@mailfleet/local/doubles";
import { graphInbound } from "../src/index.ts";

const address = "jane@example.org";
const fetch = createGuardedFetch({ privateNetworks: ["127.0.0.0/8"] });
const connector = graphInbound({ fetch });
const stops: (() => Promise<void>)[] = [];
after(async () => {
  for (const stop of stops) await stop();
  await fetch.close();
});

interface Given {
  readonly graph: GraphDouble;
  readonly mailbox: GraphMailbox;
  readonly connect: ConnectOptions;
  /** Paths of the requests since the last call, without what is in front of them. */
  asked(): string[];
}

async function given(): Promise<Given> {
  const graph = await startGraphDouble({
    oauth: {
      introspect: (token) =>
        token === "good" ? { account: "", clientId: "app", scopes: ["https://graph.microsoft.com/.default"] } : null,
    },
  });
  stops.push(() => graph.stop());
  return {
    graph,
    mailbox: graph.addMailbox(address),
    connect: {
      mailboxId: "mb_test",
      address,
      server: { host: "graph", port: 443, security: "tls", apiUrl: graph.url },
      credentials: { type: "token", username: address, accessToken: async () => new Secret("good") },
      allowedPorts: null,
      allowedNetworks: ["127.0.0.0/8"],
      connectionTimeoutMs: 5000,
    },
    asked: () =>
      (graph.requests as unknown as { path: string }[])
        .splice(0)
        .map(({ path }) => path.replace(/^.*\/users\/[^/]+\//, "")),
  };
}

const mail = (subject: string, body = "Hello.\r\n") =>
  Buffer.from(`From: kim@example.org\r\nTo: ${address}\r\nSubject: ${subject}\r\n\r\n${body}`);

interface Read {
  readonly batches: readonly Batch[];
  readonly messages: readonly (FetchedMessage & { text: string })[];
  readonly cursor: Cursor | null;
}

/** Reads what is new, as a worker does: whole messages, one batch after the other. */
async function read({ connect }: Given, cursor: Cursor | null, more: Partial<ListOptions> = {}): Promise<Read> {
  const signal = AbortSignal.timeout(20_000);
  const session = await connector.open(connect, signal);
  const batches: Batch[] = [];
  const messages: (FetchedMessage & { text: string })[] = [];
  try {
    const options = { processFrom: null, batchSize: 50, signal, known: () => false, ...more };
    for await (const batch of session.listNew(cursor, options)) {
      checkBalance(batch);
      batches.push(batch);
      for (const message of batch.messages) messages.push({ ...message, text: await textOf(message) });
    }
  } finally {
    await session.close();
  }
  return { batches, messages, cursor: batches.at(-1)?.cursor ?? cursor };
}

async function textOf({ raw }: FetchedMessage): Promise<string> {
  if (raw instanceof Uint8Array) return Buffer.from(raw).toString("latin1");
  const pieces: Uint8Array[] = [];
  for await (const piece of raw) pieces.push(piece);
  return Buffer.concat(pieces).toString("latin1");
}

const subjects = ({ messages }: Read) => messages.map(({ text }) => /^Subject: (.*)\r$/m.exec(text)?.[1]);
const knownOf = (...reads: Read[]) => {
  const names = new Set(reads.flatMap(({ messages }) => messages.map(({ identity }) => identity)));
  return (identity: string) => names.has(identity);
};

describe("receiving by Microsoft Graph", { timeout: 60_000 }, () => {
  test("everything comes once, oldest first, and then only what is new, by one request", async () => {
    const world = await given();
    for (let n = 0; n < 700; n += 1) world.mailbox.add(mail(`m${n}`), { receivedAt: 1_700_000_000_000 + n * 1000 });
    const first = await read(world, null);
    assert.deepEqual(
      subjects(first),
      Array.from({ length: 700 }, (_, n) => `m${n}`),
    );
    assert.deepEqual(
      first.messages.map(({ nativeId }) => nativeId),
      first.messages.map(({ nativeId }) => nativeId).sort(),
    );
    assert.ok(first.messages.every(({ nativeId }) => /^[a-z0-9-]+$/.test(nativeId)));
    assert.ok(world.mailbox.mostAtOnce <= 2, `${world.mailbox.mostAtOnce} at once`);
    world.asked();
    const quiet = await read(world, first.cursor, { known: knownOf(first) });
    assert.deepEqual([quiet.messages, world.asked()], [[], ["mailFolders/inbox/messages/delta"]]);
    world.mailbox.add(mail("late"));
    const second = await read(world, quiet.cursor, { known: knownOf(first) });
    assert.deepEqual(subjects(second), ["late"]);
  });

  test("a message of 5 MB is streamed, byte for byte", async () => {
    const world = await given();
    const large = mail("large", `${"x".repeat(76)}\r\n`.repeat(70_000));
    world.mailbox.add(mail("before"), { receivedAt: 1000 });
    world.mailbox.add(large, { receivedAt: 2000 });
    world.mailbox.add(mail("after"), { receivedAt: 3000 });
    const { messages, batches } = await read(world, null);
    assert.equal(messages[1]?.text, large.toString("latin1"));
    assert.ok(!(messages[1]?.raw instanceof Uint8Array));
    assert.deepEqual(
      batches.map(({ messages: inside }) => inside.length),
      [1, 1, 1],
    );
  });

  test("a delta link that Graph no longer knows: everything is listed again, and recognised by its name", async () => {
    const world = await given();
    for (const subject of ["a", "b"]) world.mailbox.add(mail(subject));
    const first = await read(world, null);
    world.mailbox.expireDeltas();
    world.mailbox.add(mail("c"));
    const second = await read(world, first.cursor, { known: knownOf(first) });
    assert.deepEqual(subjects(second), ["c"]);
    assert.equal(second.batches[0]?.resynchronised, true);
  });

  test("what was moved into the inbox is new, what was moved out and deleted is not", async () => {
    const world = await given();
    const elsewhere = world.mailbox.add(mail("moved"), { folder: "deleteditems" });
    const leaving = world.mailbox.add(mail("leaving"));
    const first = await read(world, null);
    assert.deepEqual(subjects(first), ["leaving"]);
    world.mailbox.move(elsewhere.id, "inbox");
    world.mailbox.move(leaving.id, "deleteditems");
    const second = await read(world, first.cursor, { known: knownOf(first) });
    assert.deepEqual(subjects(second), ["moved"]);
  });

  test("drafts and what came before the start date are passed over and counted", async () => {
    const world = await given();
    world.mailbox.add(mail("draft"), { draft: true });
    world.mailbox.add(mail("old"), { receivedAt: 1000 });
    world.mailbox.add(mail("new"), { receivedAt: 5000 });
    const found = await read(world, null, { processFrom: 3000 });
    assert.deepEqual(subjects(found), ["new"]);
    assert.deepEqual(found.batches[0]?.passedOver, { older: 1, draft: 1 });
    assert.equal(found.batches[0]?.notWanted?.length, 1);
    assert.equal(world.asked().filter((path) => path.endsWith("$value")).length, 1);
  });

  const rows: readonly [string, Trouble, RegExp, object][] = [
    [
      "a message that Graph cannot give is refused, the others come",
      { status: 400 },
      /MESSAGE|PROTOCOL/,
      { refused: 1 },
    ],
    [
      "a message that was deleted meanwhile is gone",
      { status: 404, body: errorBody("ErrorItemNotFound") },
      /^$/,
      { gone: 1 },
    ],
    ["an empty message is refused", { status: 200, body: "" }, /PROTOCOL_ERROR/, { refused: 1 }],
  ];
  for (const [name, trouble, code, counts] of rows)
    test(name, async () => {
      const world = await given();
      for (const subject of ["a", "b", "c"]) world.mailbox.add(mail(subject));
      world.graph.failNext({ path: "$value", ...trouble });
      const found = await read(world, null);
      assert.equal(found.messages.length, 2);
      const [batch] = found.batches;
      assert.deepEqual({ gone: 0, refused: 0, ...counts }, { gone: batch?.gone, refused: batch?.refused.length });
      assert.match(batch?.refused[0]?.failure.code ?? "", code);
    });

  test("a connection that breaks at a message is said with its name, and what came before it was handed over", async () => {
    const world = await given();
    const [, second] = ["a", "b", "c"].map((subject, n) => world.mailbox.add(mail(subject), { receivedAt: 1000 + n }));
    world.graph.failNext({ path: encodeURIComponent(second?.id ?? ""), status: 500, times: 2 });
    const session = await connector.open(world.connect, AbortSignal.timeout(5000));
    const given1: Batch[] = [];
    await assert.rejects(
      async () => {
        const options = { processFrom: null, batchSize: 50, signal: AbortSignal.timeout(5000), known: () => false };
        for await (const batch of session.listNew(null, options)) given1.push(batch);
      },
      (error: unknown) => error instanceof LinkBroke && error.at === second?.id,
    );
    assert.equal(given1[0]?.messages.length, 1);
  });

  for (const [name, value] of [
    ["a link that leads elsewhere", { value: [], "@odata.nextLink": "https://evil.example/v1.0/users/x" }],
    ["neither a next page nor an end", { value: [] }],
    ["no list", { "@odata.deltaLink": "x" }],
    ["a page that is its own next one", null],
    ["an id that is none", { value: [{ id: "../../me" }], "@odata.deltaLink": "x" }],
  ] as const)
    test(`an answer with ${name} is not followed`, async () => {
      const world = await given();
      const own = `${world.graph.url}/v1.0/users/${encodeURIComponent(address)}/mailFolders/inbox/messages/delta?$skiptoken=0.0`;
      world.graph.failNext({
        path: "delta",
        status: 200,
        body: value ?? { value: [], "@odata.nextLink": own },
        times: 9,
      });
      await assert.rejects(read(world, null), (error: unknown) => {
        assert.ok(error instanceof FailureError, String(error));
        assert.equal(error.failure.code, "PROTOCOL_ERROR");
        return true;
      });
    });

  for (const [name, trouble, code] of [
    ["is not in the application's scope", { status: 403 }, "MAILBOX_OUT_OF_SCOPE"],
    ["does not exist", { status: 404, body: errorBody("ErrorInvalidUser") }, "MAILBOX_NOT_FOUND"],
    [
      "is not in Exchange Online",
      { status: 404, body: errorBody("MailboxNotEnabledForRESTAPI") },
      "MAILBOX_NOT_ONLINE",
    ],
    ["is asked too often", { status: 429, headers: { "retry-after": "17" } }, "RATE_LIMITED"],
  ] as const)
    test(`a mailbox that ${name}: ${code}, in a poll and in a test`, async () => {
      const world = await given();
      world.graph.failNext({ path: "mailFolders", ...trouble, times: 2 });
      await assert.rejects(read(world, null), (error: unknown) => {
        assert.ok(error instanceof FailureError, String(error));
        assert.equal(error.failure.code, code);
        if (code === "RATE_LIMITED") assert.equal(error.failure.retryAfterMs, 17_000);
        return true;
      });
      const report = await connector.test(world.connect, () => {}, AbortSignal.timeout(5000));
      assert.deepEqual([report.steps.at(-1)?.step, report.failure?.code], ["list", code]);
    });

  test("a test says how many messages there are", async () => {
    const world = await given();
    world.mailbox.add(mail("a"));
    const { steps, failure } = await connector.test(world.connect, () => {}, AbortSignal.timeout(5000));
    assert.equal(failure, null);
    assert.deepEqual(steps.map(({ step, detail }) => [step, detail]).at(-1), [
      "list",
      `1 message in the inbox of ${address}`,
    ]);
  });

  test("a list of everything that is shorter than Graph says is told; the audit names what was never accounted for", async () => {
    const world = await given();
    const [first, , last] = ["a", "b", "c"].map((subject) => world.mailbox.add(mail(subject)));
    world.mailbox.add(mail("draft"), { draft: true });
    const link = `${world.graph.url}/v1.0/users/${address}/mailFolders/inbox/messages/delta?$deltatoken=9`;
    const entry = { id: first?.id, receivedDateTime: "2026-01-01T00:00:00Z", isDraft: false };
    world.graph.failNext({ path: "delta", status: 200, body: { value: [entry], "@odata.deltaLink": link } });
    const signal = AbortSignal.timeout(5000);
    const session = await connector.open(world.connect, signal);
    const options = { processFrom: null, batchSize: 50, signal, known: () => false };
    const batches: Batch[] = [];
    for await (const batch of session.listNew(null, options)) batches.push(batch);
    assert.deepEqual(session.there?.(), { says: 4, lists: 1 });
    const known = (id: string) => id === first?.id || id === last?.id;
    const audit = await session.audit?.(batches[0]?.cursor ?? {}, { covers: [], known });
    assert.deepEqual([audit?.says, audit?.lists, audit?.missing.length], [4, 4, 1]);
    for await (const batch of session.listNew(batches[0]?.cursor ?? null, {
      ...options,
      onlyAgain: true,
      again: audit?.missing,
    }))
      assert.match(await textOf(batch.messages[0] as FetchedMessage), /Subject: b\r/);
    assert.equal(session.there?.(), null, "what has changed is not compared with what there is");
    await session.close();
  });

  test("the newest are looked through for a mark, however many were sent", async () => {
    const world = await given();
    const raw = (n: number) => Buffer.from(`X-Mailfleet-Send: snd_${n}\r\nFrom: ${address}\r\n\r\nx\r\n`);
    for (let n = 0; n < 120; n += 1) world.mailbox.add(raw(n), { folder: "sentitems" });
    const mark = { field: "X-Mailfleet-Send", value: "snd_119" };
    const sought = { messageId: "<gone@example.org>", isOwnId: true, mark, since: Date.now() - 60_000 };
    assert.equal(await connector.findSent?.(world.connect, sought, AbortSignal.timeout(5000)), true);
  });

  test("a message is found among the sent mail, by its Message-ID and by its mark", async () => {
    const world = await given();
    const raw = (id: string, mark: string) =>
      Buffer.from(`Message-ID: ${id}\r\nX-Mailfleet-Send: ${mark}\r\nFrom: ${address}\r\n\r\nx\r\n`);
    world.mailbox.add(raw("<o'neil@example.org>", "snd_1"), { folder: "sentitems" });
    world.mailbox.add(raw("<replaced@exchange>", "snd_2"), { folder: "sentitems" });
    const find = (messageId: string, value: string) =>
      connector.findSent?.(
        world.connect,
        { messageId, isOwnId: true, mark: { field: "X-Mailfleet-Send", value }, since: Date.now() - 5000 },
        AbortSignal.timeout(5000),
      );
    assert.equal(await find("<o'neil@example.org>", "snd_1"), true);
    assert.equal(await find("<ours@example.org>", "snd_2"), true);
    assert.equal(await find("<o'neil@example.org>", "snd_3"), false);
    assert.equal(await find("<nowhere@example.org>", "snd_4"), false);
  });
});

function errorBody(code: string): object {
  return { error: { code, message: "no" } };
}
