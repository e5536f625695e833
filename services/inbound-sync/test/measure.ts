/**
 * Measures receiving, started by hand: `node services/inbound-sync/test/measure.ts [messages]`. Real Dovecot, MongoDB,
 * NATS.
 */
import { performance } from "node:perf_hooks";
import { eventually, startDovecot } from "@mailfleet/local/testing";
import { givenInbound } from "./given-inbound.ts";

const count = Number(process.argv[2] ?? 5000);
const [given, dovecot] = await Promise.all([
  givenInbound(),
  startDovecot({ users: { "a@example.test": "secret", "b@example.test": "secret" } }),
]);
const line = `${"x".repeat(76)}\r\n`;
const make = (n: number) =>
  `Received: from mx.example.test by mail.example.test; Mon, 23 Nov 2026 10:00:00 +0000\r\nMessage-ID: <${n}@example.test>\r\nFrom: Sender ${n} <s${n}@example.test>\r\nTo: a@example.test\r\nSubject: Message number ${n}\r\nDate: Mon, 23 Nov 2026 10:00:00 +0000\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n${line.repeat(46)}`;
await dovecot.drop("b@example.test", 500, make);
await dovecot.drop("a@example.test", count, make);
await given.startReplica();
const server = {
  protocol: "imap",
  host: "127.0.0.1",
  port: dovecot.ports.imaps,
  security: "tls" as const,
  trustedCertificates: dovecot.certificate,
};
const receive = async (id: string, user: string, expected: number) => {
  given.connect(id, { username: user, server });
  const cpu = process.cpuUsage();
  const started = performance.now();
  await given.run(id);
  await eventually(async () => ((await given.sources.get(id))?.lastRunAt ?? 0) > 0, {
    timeoutMs: 120_000,
    everyMs: 20,
  });
  const seconds = (performance.now() - started) / 1000;
  const used = process.cpuUsage(cpu);
  const rate = Math.round(expected / seconds);
  console.log(
    `${id}: ${rate} messages/s, ${((used.user + used.system) / 1000 / expected).toFixed(3)} ms CPU a message`,
  );
};
await receive("mb_warm", "b@example.test", 500);
await receive("mb_measured", "a@example.test", count);
await given.stop();
await dovecot.stop();
