import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { eventually } from "@mailfleet/local/testing";
import { givenInbound } from "./given-inbound.ts";
import { batchOf, scriptedConnector, scriptedSession } from "./scripted-connector.ts";

for (const away of ["mongo", "nats"] as const)
  test(`${away} is killed in the middle of a run: it goes on by itself, nothing is lost, nothing has a second key`, async (t) => {
    const given = await givenInbound({ ownMongo: true });
    t.after(() => given.stop());
    const mailboxId = "mb_outage";
    given.connect(mailboxId, {});
    const count = 300;
    let handedOut = 0;
    const connector = scriptedConnector({
      open: async () =>
        scriptedSession({
          async *listNew(cursor) {
            for (let n = Number(cursor?.at ?? 0) + 1; n <= count; n += 1) {
              handedOut += 1;
              if (n % 20 === 0) await delay(1);
              const raw = Buffer.from(`Subject: ${n}\r\n\r\nx\r\n`);
              const nativeId = String(n).padStart(4, "0");
              yield batchOf([{ nativeId, raw, size: raw.length, receivedAt: n }], { at: n });
            }
          },
        }),
    });
    await given.startReplica({ connectors: { imap: connector } });
    await given.run(mailboxId);
    await eventually(() => handedOut > 40);
    const engine = away === "mongo" ? given.mongo.engine : given.nats;
    assert.ok(engine);
    await engine.kill();
    await delay(1500);
    await engine.restart();
    await eventually(async () => (await given.stored(mailboxId)).length === count, { timeoutMs: 40_000 });
    await given.untilRead(mailboxId, 1);
    // A look at the whole stream from its beginning: what is in it, not what a live view happened to see.
    const told = new Set<string>();
    await given.world.follow({ filters: ["fact.mail.*.received"], startTime: 1 }, (fact) => told.add(fact.id));
    await eventually(() => told.size === count, { timeoutMs: 20_000 });
    assert.deepEqual(
      given.results.filter((result) => result.mailboxId === mailboxId),
      [],
    );
  });
