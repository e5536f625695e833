import assert from "node:assert/strict";
import { createServer, type Socket } from "node:net";
import { after, test } from "node:test";
import { leaseMs } from "@mailfleet/contracts";
import { eventually } from "@mailfleet/local/testing";
import { givenOutbound } from "./given-outbound.ts";
import { type HangingCase, hangingCases, type Stage } from "./hanging.cases.ts";
import { startSink } from "./sink.ts";

/** Of each kind, each with its own holder of credentials. */
const MAILBOXES = 12;

const given = await givenOutbound();
const stops: (() => Promise<unknown>)[] = [];
after(async () => {
  await given.stop();
  for (const stop of stops) await stop();
});

const friendly: Readonly<Record<Stage, string>> = {
  greeting: "220 slow ESMTP",
  EHLO: "250-slow\r\n250-8BITMIME\r\n250 AUTH PLAIN",
  AUTH: "235 2.7.0 welcome",
  MAIL: "250 ok",
  RCPT: "250 ok",
  DATA: "354 go on",
  final: "250 2.0.0 taken",
};

/** A server that hangs at its stage; `held`: how many connections it holds up. */
async function startHanging({ at, does = () => {} }: HangingCase) {
  const held = new Set<Socket>();
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => {});
    socket.on("close", () => {
      sockets.delete(socket);
      held.delete(socket);
    });
    const hang = () => {
      held.add(socket);
      does(socket);
    };
    const answer = (stage: Stage) => (stage === at ? hang() : socket.write(`${friendly[stage]}\r\n`));
    let rest = "";
    let inData = false;
    socket.on("data", (data) => {
      rest += data.toString("latin1");
      for (;;) {
        const end = rest.indexOf(inData ? "\r\n.\r\n" : "\r\n");
        if (end < 0) return;
        const line = rest.slice(0, end);
        rest = rest.slice(end + (inData ? 5 : 2));
        const verb = inData ? "final" : (line.split(" ")[0]?.toUpperCase() ?? "");
        inData = verb === "DATA" && at !== "DATA";
        if (verb in friendly) answer(verb as Stage);
        else socket.write("250 ok\r\n");
      }
    });
    answer("greeting");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  stops.push(async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  });
  const address = server.address();
  return { port: typeof address === "object" && address ? address.port : 0, held };
}

test("servers that hang, at whatever stage, cost a healthy mailbox nothing", { timeout: 120_000 }, async () => {
  // Leases of production: nobody loses a permit because the machine is busy.
  await given.start({ commandMs: 60_000, lengths: { holdMs: leaseMs, renewEveryMs: leaseMs / 4, marginMs: 1000 } });
  const sink = await startSink();
  stops.push(sink.stop);
  const healthy = given.mailbox(sink.port);
  let number = 0;
  const sendHealthy = async () => {
    const began = performance.now();
    const { id } = await given.submit(healthy, `healthy${number++}`);
    await eventually(async () => (await given.get(id)).state === "sent", { timeoutMs: 20_000, everyMs: 20 });
    return performance.now() - began;
  };
  await sendHealthy();
  const before = await sendHealthy();
  const hanging = await Promise.all(
    hangingCases.map(async (one) => {
      const server = await startHanging(one);
      for (let n = 0; n < MAILBOXES; n += 1) {
        const mailbox = given.mailbox(server.port, { connectionTimeoutMs: 60_000 });
        await given.submit(mailbox, `hangs${n}`);
      }
      return { ...one, server };
    }),
  );
  for (const { what, server } of hanging)
    await eventually(() => server.held.size >= MAILBOXES, { what: `${what}: all hang`, timeoutMs: 60_000 });
  const took = await sendHealthy();
  assert.ok(
    hanging.every(({ server }) => server.held.size >= MAILBOXES),
    "they hang still",
  );
  // The others hang for a minute.
  assert.ok(took < 10_000 + before, `${took} ms, ${before} ms before`);
});
