import assert from "node:assert/strict";
import { after, describe, type TestContext, test } from "node:test";
import { createPop3Connector } from "@mailfleet/connector-pop3";
import { FailureError, Secret } from "@mailfleet/contracts";
import { createGuardedFetch } from "@mailfleet/http";
import { fakeInbox, scriptedPop3, startUpgradingPort } from "@mailfleet/local/testing";
import { createConnectors } from "../src/index.ts";
import { type CapabilityCase, capabilitiesOfImap, capabilitiesOfPop3, type Offers } from "./capabilities.cases.ts";

const fetch = createGuardedFetch({});
const { inbound } = createConnectors({ fetch });
after(() => fetch.close());
/** Waits for what was dropped, but not for a minute. */
const impatient = createPop3Connector({ silenceMs: 1500, updateMs: 2000, goodbyeMs: 100 });

const raw = (n: number) => `Message-ID: <${n}@x>\r\nSubject: ${n}\r\n\r\n${n}\r\n`;
type Started = { readonly port: number; readonly heard: readonly string[]; readonly pipelined?: number };
const consents: Readonly<Record<CapabilityCase["protocol"], (line: string, more: string) => string | null>> = {
  imap: (line, more) => (/ STARTTLS$/i.test(line) ? `${line.split(" ")[0]} OK ${more}begin\r\n` : null),
  pop3: (line) => (/^STLS$/i.test(line) ? "+OK begin\r\n" : null),
};

async function pop3(
  t: TestContext,
  { first, signedIn: offersThen }: Pick<Offers, "first" | "signedIn">,
  onlyFirst: boolean,
): Promise<Started> {
  const signedIn = new Set<number>();
  const server = await scriptedPop3({
    onlyFirst,
    messages: [1, 2, 3].map((n) => ({ raw: raw(n) })),
    edit(reply, command, { number }) {
      if (/^(PASS|$)/.test(command) || reply.startsWith("+OK signed in")) signedIn.add(number);
      const offers = signedIn.has(number) ? offersThen : first;
      if (command === "UIDL" && offers && !offers.some((one) => /^uidl$/i.test(one))) return "-ERR unknown command\r\n";
      if (command !== "CAPA") return reply;
      return offers ? `+OK\r\n${offers.map((one) => `${one}\r\n`).join("")}.\r\n` : "-ERR unknown\r\n";
    },
  });
  t.after(() => server.close());
  return server;
}

async function imap(
  t: TestContext,
  { first, signedIn: offersThen }: Pick<Offers, "first" | "signedIn">,
  unasked?: string,
): Promise<Started> {
  const signedIn = new Set<number>();
  const signing = new Map<number, string>();
  const list = (offers: readonly string[]) => ["CAPABILITY IMAP4rev1", ...offers].join(" ");
  const { server } = await fakeInbox({
    messages: [1, 2, 3].map((n) => ({ uid: n, raw: raw(n) })),
    answer(command, { number, tag }) {
      if (command === "AUTHENTICATE PLAIN") {
        signing.set(number, tag);
        return "+ \r\n";
      }
      const answered = /^LOGIN /.test(command) ? "TAG" : command === "" ? signing.get(number) : undefined;
      if (answered) {
        signing.delete(number);
        signedIn.add(number);
        const said = offersThen && unasked ? list(offersThen) : null;
        if (said && unasked === "untagged") return `* ${said}\r\n${answered} OK done\r\n`;
        return `${answered} OK ${said ? `[${said}] ` : ""}done\r\n`;
      }
      if (command !== "CAPABILITY") return undefined;
      const offers = signedIn.has(number) ? offersThen : first;
      return offers ? `* ${list(offers)}\r\nTAG OK done\r\n` : "TAG BAD unknown\r\n";
    },
  });
  t.after(() => server.close());
  return server;
}

describe("a server whose capabilities change", { concurrency: 4 }, () => {
  for (const one of [...capabilitiesOfPop3, ...capabilitiesOfImap])
    test(`${one.protocol}: ${one.what}`, async (t) => {
      const { offers, protocol, unasked, withConsent = "", drops = false } = one;
      const start = (given: Pick<Offers, "first" | "signedIn">) =>
        protocol === "pop3" ? pop3(t, given, drops) : imap(t, given, unasked);
      const server = await start(offers);
      const upgrading = offers.before && {
        answer: (line: string) => consents[protocol](line, withConsent),
        before: (await start({ first: offers.before, signedIn: null })).port,
        behind: server.port,
      };
      const port = upgrading && (await startUpgradingPort(upgrading));
      if (port) t.after(() => port.close());
      const options = {
        mailboxId: "mb_test",
        address: "user@example.test",
        server: {
          host: "127.0.0.1",
          port: port?.port ?? server.port,
          security: port ? ("starttls" as const) : ("none" as const),
          ...(port && { trustedCertificates: port.certificate }),
        },
        credentials: { type: "password" as const, username: "user", password: new Secret("pa55word") },
        allowedPorts: null,
        allowedNetworks: ["127.0.0.0/8"],
        connectionTimeoutMs: 5000,
      };
      const connector = drops ? impatient : await inbound.load(protocol);
      assert.ok(connector);
      const signal = AbortSignal.timeout(20_000);
      const read = async () => {
        const session = await connector.open(options, signal);
        const found: string[] = [];
        try {
          const wanted = { processFrom: 1, batchSize: 50, signal, known: () => false };
          for await (const { messages } of session.listNew(null, wanted))
            for (const { raw } of messages) found.push(Buffer.from(raw as Uint8Array).toString());
        } finally {
          await session.close();
        }
        return found;
      };
      if (drops) await assert.rejects(read(), FailureError);
      assert.deepEqual(await read(), [1, 2, 3].map(raw));
      const heard = [...server.heard];
      let from = 0;
      for (const line of one.heard ?? []) {
        const at = heard.findIndex((text, index) => index >= from && line.test(text));
        assert.ok(at >= 0, `${line} in ${heard.join(" | ")}`);
        from = at + 1;
      }
      if (one.never) assert.doesNotMatch(heard.join("\n"), one.never);
      const [least, most] = one.together ?? [0, 99];
      const { pipelined = 0 } = server;
      assert.ok(pipelined >= least && pipelined <= most, `${pipelined} came together`);
      const report = await connector.test(options, () => {}, signal);
      assert.equal(report.failure ?? null, null);
      if (one.words) assert.match(report.steps.at(-1)?.detail ?? "", one.words);
    });
});
