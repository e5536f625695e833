import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { startGraphDouble } from "@mailfleet/local/doubles";
import { type Dovecot, dropIntoMaildir, eventually, mailServers, startDovecot } from "@mailfleet/local/testing";
import { type GivenMailbox, givenOutbound } from "./given-outbound.ts";
import { graphLookUpCases, type LookUpCase, lookUpCases } from "./looked-up.cases.ts";
import { type Sink, type SinkScript, startSink } from "./sink.ts";

const { skip } = await mailServers();

describe("a send whose answer was lost", { skip }, () => {
  let dovecot: Dovecot;
  let given: Awaited<ReturnType<typeof givenOutbound>>;
  const sinks: Sink[] = [];
  const names = [...lookUpCases.map((_, n) => `user${n}`), "earlier", "killed"];
  before(async () => {
    dovecot = await startDovecot({
      users: Object.fromEntries(names.map((name) => [`${name}@example.test`, "password"])),
    });
    given = await givenOutbound();
  });
  after(async () => {
    await given?.stop();
    await dovecot?.stop();
    for (const each of sinks) await each.stop();
  });

  const file = (name: string, folder: string, messages: readonly string[]) =>
    dropIntoMaildir(dovecot.maildir(`${name}@example.test`, folder), messages.length, (n) => messages[n] ?? "");

  async function mailboxOf(name: string, script: SinkScript, more: Partial<GivenMailbox> = {}) {
    const target = await startSink(script);
    sinks.push(target);
    const imap = { port: dovecot.ports.imap, username: `${name}@example.test` };
    return { target, mailbox: given.mailbox(target.port, { imap, retryMs: 200, ...more }) };
  }

  /** Files the first message and closes; takes any other. */
  function losing(name: string, { files, folder = "Sent", laterMs }: Pick<LookUpCase, "files" | "folder" | "laterMs">) {
    let times = 0;
    return async (raw: string) => {
      times += 1;
      if (times > 1) return "250 taken once more";
      const filed = () => file(name, folder, files(raw));
      // Dovecot cannot look into a folder that is just being made ("Internal error"), and then the policy decides at once.
      await file(name, folder, []);
      if (laterMs === undefined) await filed();
      else setTimeout(() => void filed(), laterMs);
      return "drop";
    };
  }

  const imapOf = (imap: LookUpCase["imap"]) =>
    imap === undefined
      ? {}
      : {
          imap: {
            none: null,
            closed: { port: 1, username: "x" },
            refused: { port: dovecot.ports.imap, username: "x" },
          }[imap],
        };

  it("is looked for before its policy decides", { timeout: 300_000 }, async (t) => {
    for (const [lookAgainMs, cases] of Map.groupBy(lookUpCases, ({ lookAgainMs = 400 }) => lookAgainMs)) {
      const service = await given.start({ policy: { lookAgainMs, lookLaterMs: [2000, 4500] } });
      for (const one of cases)
        await t.test(`${one.what}, ${one.policy}: ${one.state}`, async () => {
          const n = lookUpCases.indexOf(one);
          const more = {
            uncertainPolicy: one.policy,
            ...imapOf(one.imap),
            ...(one.retryMs && { retryMs: one.retryMs }),
          };
          const { target, mailbox } = await mailboxOf(`user${n}`, { content: losing(`user${n}`, one) }, more);
          const { id } = await given.submit(mailbox, `case${n}`);
          const arrived = async () => {
            const send = await given.get(id);
            assert.equal(send.state, one.state, JSON.stringify(send));
            return true;
          };
          await eventually(arrived, { timeoutMs: 30_000 });
          assert.equal(target.contents, one.times);
          if (one.state !== "sent" || one.times > 1) return;
          assert.match((await given.get(id)).answer ?? "", /found among the sent mail/);
          await eventually(() => given.facts.some(({ type, body }) => type === "mail.sent.v1" && body.sendId === id));
          const isOfIt = ({ type, body }: (typeof given.facts)[0]) =>
            type === "alert.raised.v1" && (body.object as { id: string }).id === id;
          const isOver = ({ type, body }: (typeof given.facts)[0]) =>
            type === "alert.cleared.v1" && (body.object as { id: string }).id === id;
          assert.equal(given.facts.some(isOfIt), one.heldFirst ?? false);
          if (one.heldFirst) await eventually(() => given.facts.some(isOver));
        });
      await service.stop();
    }
  });

  it("by Graph is looked for in Sent Items before its policy decides", { timeout: 30_000 }, async (t) => {
    const graph = await startGraphDouble({
      oauth: { introspect: () => ({ account: "", clientId: "app", scopes: ["Mail.Send", "Mail.Read"] }) },
    });
    t.after(() => graph.stop());
    const service = await given.start({ policy: { lookAgainMs: 100, lookLaterMs: [60_000] } });
    for (const [n, { what, status, policy, state, times }] of graphLookUpCases.entries())
      await t.test(`${what}, ${policy}: ${state}`, async () => {
        const mailbox = given.mailbox(1, { graph: graph.url, uncertainPolicy: policy, retryMs: 200 });
        graph.addMailbox(`${mailbox.id}@example.org`);
        graph.failNext({ path: "sendMail", ...(status ? { status } : { cutOff: true }) });
        const subject = `graph ${n}`;
        const { id } = await given.submit(mailbox, `graph${n}`, { subject });
        await eventually(async () => (await given.get(id)).state === state);
        assert.equal(graph.sent.filter((one) => one.subject === subject).length, times);
        if (state === "sent" && !status) assert.match((await given.get(id)).answer ?? "", /found among the sent mail/);
      });
    await service.stop();
  });

  it("keeps what the server had said to recipients before that", async () => {
    const service = await given.start();
    const { mailbox } = await mailboxOf("earlier", {
      rcpt: (to) => (to.startsWith("no") ? "550 5.1.1 unknown" : "250 ok"),
      content: losing("earlier", { files: (raw) => [raw] }),
    });
    const { id } = await given.submit(mailbox, "some", { to: ["b@example.org", "no@example.org"] });
    await eventually(async () => (await given.get(id)).state === "sent");
    const { rejectedRecipients } = await given.get(id);
    assert.deepEqual(rejectedRecipients, [{ address: "no@example.org", reply: "550 5.1.1 unknown" }]);
    await service.stop();
  });

  it("that was lost with its process is looked for by the one that takes over", async () => {
    const { target, mailbox } = await mailboxOf(
      "killed",
      {
        content: async (raw) => {
          await file("killed", "Sent", [raw]);
          return "250 taken";
        },
      },
      { uncertainPolicy: "resend" },
    );
    const first = await given.startProcess({ failPoints: ["outbound.after-server-accepted:1"] });
    const sendId = `sn_lost${Math.random().toString(36).slice(2, 11)}`;
    await given.submit(mailbox, "lost", { sendId }).catch(() => {});
    await first.ended;
    const second = await given.start();
    await eventually(async () => (await given.get(sendId)).state === "sent", { timeoutMs: 15_000 });
    assert.equal(target.contents, 1);
    await second.stop();
  });
});
