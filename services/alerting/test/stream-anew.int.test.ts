import assert from "node:assert/strict";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { after, before, test } from "node:test";
import { subjects } from "@mailfleet/contracts";
import { eventually } from "@mailfleet/local/testing";
import { givenAlerting } from "./given-alerting.ts";

let given: Awaited<ReturnType<typeof givenAlerting>>;
let commands = 0;
const command = () => ({ commandId: `c-${commands++}`, by: "test" });
const types = ["mail.received.v1"];
/** More than were there before, so that the new stream has passed the place of the former one. */
const many = 30;

const tell = (prefix: string, count: number) =>
  given.bus.publishAll(
    Array.from({ length: count }, (_, n) => {
      const mailboxId = `mb_box${n % 3}`;
      const id = `${prefix}-${n}`;
      return {
        ...{ id, subject: subjects.mailFact(mailboxId, "received"), type: "mail.received.v1" as const, mailboxId },
        at: Date.now(),
        body: {
          ...{ mailboxId, messageKey: `${mailboxId}/${id}`, nativeId: id, receivedAt: 1, storedAt: 1, size: 1 },
          ...{ sha256: "0", messageId: `<${id}@example.org>`, subject: id, from: [], unparsed: null },
        },
      };
    }),
  );
const idsOf = (prefix: string, count: number) => Array.from({ length: count }, (_, n) => `${prefix}-${n}`).toSorted();
const read = () => given.bus.request("alerting.subscription.facts", { id: "sb_pull1", max: 500, wait: 0 });
const acknowledge = (last: number) =>
  given.bus.request("alerting.subscription.acknowledge", { ...command(), id: "sb_pull1", last });
const switchWebhook = (active: boolean) =>
  given.bus.request("alerting.subscription.update", { ...command(), id: "sb_hook1", change: { active } });

before(async () => {
  given = await givenAlerting();
  await given.startReplica();
});
after(() => given.stop());

test("a stream of facts that is made anew and has passed the place of a subscription is read from its first fact on, and who asks is told", async (t) => {
  const got: string[] = [];
  const receiver = createServer(async (request, response) => {
    let body = "";
    for await (const part of request) body += part;
    got.push(JSON.parse(body).id);
    response.end();
  });
  await new Promise<void>((resolve) => receiver.listen(0, "127.0.0.1", resolve));
  t.after(() => receiver.close());
  const url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/`;
  await given.bus.request("alerting.subscription.create", {
    ...{ ...command(), id: "sb_hook1", new: { name: "hook", kind: "webhook", url, types } },
    signingSecret: await given.sealSigning("sb_hook1", `whsec_${Buffer.alloc(32, "a").toString("base64")}`),
  });
  const settings = { name: "pull", kind: "pull", types } as const;
  await given.bus.request("alerting.subscription.create", { ...command(), id: "sb_pull1", new: settings });

  await tell("former", 10);
  await eventually(() => got.length === 10);
  const before = await read();
  assert.deepEqual([before.facts.length, before.missed], [10, false]);
  await acknowledge(before.last ?? 0);
  await switchWebhook(false);

  await given.remakeFacts();
  await tell("anew", many);
  const first = await read();
  assert.deepEqual(first.facts.map(({ id }) => id).toSorted(), idsOf("anew", many));
  assert.equal(first.missed, true);
  // The answer may have been lost: what is missing is said until somebody acknowledges.
  const again = await read();
  assert.deepEqual([again.facts.length, again.missed], [many, true]);
  // Of the former stream, or of nobody: it would pass over facts that were not read.
  await assert.rejects(acknowledge((again.last ?? 0) + 1), /No fact as late as/);
  await acknowledge(again.last ?? 0);
  assert.deepEqual(await read(), { facts: [], last: null, missed: false });
  await tell("next", 1);
  const next = await eventually(async () => ((await read()).facts.length > 0 ? read() : null));
  assert.deepEqual([next.facts.map(({ id }) => id), next.missed], [["next-0"], false]);

  got.length = 0;
  await switchWebhook(true);
  await eventually(() => got.length > many, { timeoutMs: 20_000, what: "the webhook gets the new facts" });
  assert.deepEqual(got.toSorted(), [...idsOf("anew", many), "next-0"].toSorted());
  assert.ok(given.lines.some((line) => line.includes("the stream of facts is another one")));
});
