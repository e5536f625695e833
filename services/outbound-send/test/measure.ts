/**
 * Accepted to the server's 250: `node services/outbound-send/test/measure.ts [messages] [mailboxes]`. Sink, stand-ins
 * and service share one process; NATS and MongoDB run outside it.
 */
import { givenOutbound } from "./given-outbound.ts";
import { startSink } from "./sink.ts";

const [messages = 5000, boxes = 5] = process.argv.slice(2).map(Number);
const given = await givenOutbound();
const sink = await startSink();
const mailboxes = Array.from({ length: boxes }, () => given.mailbox(sink.port, { maximumConcurrentConnections: 10 }));
await given.start();
const text = `${"x".repeat(76)}\r\n`.repeat(45);
const raw = (n: number) =>
  Buffer.from(
    `From: a@example.org\r\nTo: b@example.org\r\nSubject: ${n}\r\nMessage-ID: <${n}@example.org>\r\n\r\n${text}`,
  );
const cpu = process.cpuUsage();
const started = performance.now();
let next = 0;
const submitter = async () => {
  for (let n = next++; n < messages; n = next++)
    await given.around.request(
      "outbound-send.send.submit",
      {
        mailboxId: mailboxes[n % boxes]?.id ?? "",
        sendId: `sn_measure${n}`,
        by: "measure",
        idempotencyKey: `m${n}`,
        content: { to: ["b@example.org"], raw: "attached" },
      },
      { timeoutMs: 60_000, attachment: raw(n) },
    );
};
await Promise.all(Array.from({ length: 100 }, submitter));
const accepted = performance.now();
const takenThen = sink.taken.length;
while (sink.taken.length < messages) await new Promise((resolve) => setTimeout(resolve, 5));
const taken = performance.now();
while (given.facts.filter(({ type }) => type === "mail.sent.v1").length < messages)
  await new Promise((resolve) => setTimeout(resolve, 20));
const told = performance.now();
const used = process.cpuUsage(cpu);
const rate = (until: number) => Math.round(messages / ((until - started) / 1000));
console.log(
  JSON.stringify({
    messages,
    acceptedPerSecond: rate(accepted),
    takenWhenAllAccepted: takenThen,
    sentPerSecond: rate(taken),
    toldPerSecond: rate(told),
    cpuMsPerMessage: Math.round((used.user + used.system) / messages) / 1000,
    distinct: new Set(sink.taken).size,
    connections: sink.most,
  }),
);
await given.stop();
await sink.stop();
