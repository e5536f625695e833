import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, it } from "node:test";
import { eventually } from "@mailfleet/local/testing";
import { givenOutbound } from "./given-outbound.ts";
import { startSink } from "./sink.ts";

const given = await givenOutbound();
const sink = await startSink({}, { keepRaw: true });
after(async () => {
  await given.stop();
  await sink.stop();
});

const megabyte = 1024 * 1024;
const residentBytes = (pid: number | undefined) =>
  Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]) * 1024;
const message = (size: number) =>
  Buffer.concat([Buffer.from("Subject: large\r\n\r\n"), Buffer.alloc(size, `${"y".repeat(70)}\r\n`)]);

it("25 MB go out in pieces: the process grows by 16 MB at most", { timeout: 120_000 }, async (t) => {
  const mailbox = given.mailbox(sink.port);
  const { process } = await given.startProcess();
  const send = async (id: string, size: number) => {
    const raw = await given.upload(`${id}x`, message(size));
    const { id: sendId } = await given.submitContent(mailbox, `sn_${id}`, { to: ["b@example.org"], raw });
    await eventually(async () => (await given.get(sendId)).state === "sent", { timeoutMs: 30_000 });
  };
  // A process at work: code is loaded, connections stand, and the collector of garbage has its rhythm.
  for (let n = 0; n < 20; n++) await send(`warmup${n}`, 2 * megabyte);
  const before = residentBytes(process.pid);
  let most = before;
  const watch = setInterval(() => {
    most = Math.max(most, residentBytes(process.pid));
  }, 5);
  await send("large001", 25 * megabyte).finally(() => clearInterval(watch));
  const grown = (most - before) / megabyte;
  t.diagnostic(`grew by ${grown.toFixed(1)} MB from ${(before / megabyte).toFixed(0)} MB`);
  assert.ok(grown <= 16, `grew by ${grown.toFixed(1)} MB`);
  assert.ok((sink.raw.at(-1)?.length ?? 0) > 25 * megabyte);
});
