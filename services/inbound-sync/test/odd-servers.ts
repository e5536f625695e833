import type { InboundConnector } from "@mailfleet/connector-api";
import { gmailInbound } from "@mailfleet/connector-gmail";
import { createImapConnector } from "@mailfleet/connector-imap";
import { createPop3Connector } from "@mailfleet/connector-pop3";
import { type AlertCode, type Failure, type FailureCode, Secret } from "@mailfleet/contracts";
import { createGuardedFetch } from "@mailfleet/http";
import {
  eventually,
  type FakeInbox,
  type FakeMessage,
  fakeInbox,
  type GmailScript,
  type Pop3Script,
  type ScriptedMessage,
  scriptedGmail,
  scriptedPop3,
} from "@mailfleet/local/testing";
import type { GivenConnection, GivenInbound } from "./given-inbound.ts";
import { exchangeConnectors, type OddExchange, type StartedExchange } from "./odd-exchange.ts";

/** What is right once a server was polled. */
export interface Right {
  /** Subjects of what was handed over, each once, in any order. */
  readonly received: readonly string[];
  /** How many messages are set aside. */
  readonly aside?: number;
  /** How the last poll ended; absent: well. */
  readonly failure?: FailureCode;
  readonly reply?: RegExp;
  /** How long the server wants no request. */
  readonly waitMs?: number;
  /** Alerts that were raised. */
  readonly alerts?: readonly AlertCode[];
}

/** What became of it. */
export interface Came {
  readonly received: readonly string[];
  readonly aside: number;
  readonly failure: FailureCode | null;
  readonly reply: string;
  readonly waitMs: number | undefined;
  readonly alerts: readonly AlertCode[];
}

interface Odd<Server> extends Right {
  readonly what: string;
  readonly connection?: GivenConnection;
  /** What the server is at each poll. */
  readonly polls: readonly ((server: Server) => void)[];
}
/** An IMAP server that is odd in some way. */
export type OddImap = Odd<FakeInbox>;
/** A POP3 server that is odd in some way. */
export type OddPop3 = Odd<Pop3Script>;
/** A Gmail that is odd in some way. */
export type OddGmail = Odd<GmailScript>;
/** A mailbox of Exchange to which something happens; the same is right by EWS and by Graph. */
export type OddExchangeMailbox = Odd<OddExchange>;

/** Where mail lies at one poll: at an IMAP server, at another one, or at a POP3 server. */
export interface Place {
  readonly imap?: readonly FakeMessage[];
  readonly otherImap?: readonly FakeMessage[];
  readonly pop3?: readonly ScriptedMessage[];
  readonly connection?: GivenConnection;
}

/** A mailbox that moves between servers. */
export interface Move extends Right {
  readonly what: string;
  readonly polls: readonly Place[];
}

const silenceMs = 1500;

/** With a token that nobody checks. */
const gmailWithToken = (): InboundConnector => {
  const gmail = gmailInbound({ fetch: createGuardedFetch({ privateNetworks: ["127.0.0.0/8"] }) });
  const accessToken = async () => new Secret("token");
  return {
    ...gmail,
    open: (options, signal) =>
      gmail.open({ ...options, credentials: { type: "token", username: options.address, accessToken } }, signal),
  };
};

/** Connectors that wait for silent servers as long as a test can. */
export const impatient = {
  imap: createImapConnector({ silenceMs }),
  pop3: createPop3Connector({ silenceMs, updateMs: 2000, goodbyeMs: 100 }),
  gmail: gmailWithToken(),
  ...exchangeConnectors,
};

/** What a mailbox has to be polled, one poll after another. */
interface Meeting {
  readonly right: Right;
  readonly polls: readonly (() => void)[];
  close(): Promise<unknown>;
}

const at = (protocol: "imap" | "pop3", port: number, more: GivenConnection = {}): GivenConnection => ({
  server: { protocol, host: "127.0.0.1", port, security: "none" },
  connectionTimeoutMs: 5000,
  ...more,
});

/** Polls an odd IMAP server and tells what became of its mail. */
export async function meetImap(given: GivenInbound, mailboxId: string, one: OddImap): Promise<Came> {
  const { inbox, server } = await fakeInbox();
  given.connect(mailboxId, at("imap", server.port, one.connection));
  const polls = one.polls.map((poll) => () => void poll(inbox));
  return pollAll(given, mailboxId, { right: one, polls, close: server.close });
}

/** Polls an odd POP3 server and tells what became of its mail. */
export async function meetPop3(given: GivenInbound, mailboxId: string, one: OddPop3): Promise<Came> {
  const script: Pop3Script = {};
  const server = await scriptedPop3(script);
  given.connect(mailboxId, at("pop3", server.port, one.connection));
  const polls = one.polls.map((poll) => () => void poll(script));
  return pollAll(given, mailboxId, { right: one, polls, close: server.close });
}

/** Polls an odd Gmail and tells what became of its mail. */
export async function meetGmail(given: GivenInbound, mailboxId: string, one: OddGmail): Promise<Came> {
  const script: GmailScript = { emailAddress: `${mailboxId}@example.test` };
  const { port, close } = await scriptedGmail(script);
  const server = { protocol: "gmail", host: "127.0.0.1", port, security: "none", apiUrl: `http://127.0.0.1:${port}` };
  given.connect(mailboxId, { server: server as never, connectionTimeoutMs: 5000, ...one.connection });
  const polls = one.polls.map((poll) => () => void poll(script));
  return pollAll(given, mailboxId, { right: one, polls, close });
}

/** Polls a mailbox of Exchange by one of its protocols and tells what became of its mail. */
export async function meetExchange(
  given: GivenInbound,
  mailboxId: string,
  start: (address: string) => Promise<StartedExchange>,
  one: OddExchangeMailbox,
): Promise<Came> {
  const { odd, connection, stop } = await start(`${mailboxId}@example.test`);
  given.connect(mailboxId, { connectionTimeoutMs: 5000, ...connection });
  const polls = one.polls.map((poll) => () => poll(odd));
  return pollAll(given, mailboxId, { right: one, polls, close: stop });
}

/** Polls a mailbox here and there and tells what became of its mail. */
export async function meetMove(given: GivenInbound, mailboxId: string, one: Move): Promise<Came> {
  const script: Pop3Script = {};
  const [imap, otherImap, pop3] = await Promise.all([fakeInbox(), fakeInbox(), scriptedPop3(script)]);
  const polls = one.polls.map((place) => () => {
    imap.inbox.messages = [...(place.imap ?? imap.inbox.messages)];
    otherImap.inbox.messages = [...(place.otherImap ?? otherImap.inbox.messages)];
    script.messages = place.pop3 ?? [];
    const port = place.imap ? imap.server.port : place.otherImap ? otherImap.server.port : pop3.port;
    given.connect(mailboxId, at(place.pop3 ? "pop3" : "imap", port, place.connection));
  });
  const close = () => Promise.all([imap.server.close(), otherImap.server.close(), pop3.close()]);
  return pollAll(given, mailboxId, { right: one, polls, close });
}

async function pollAll(given: GivenInbound, mailboxId: string, { right, polls, close }: Meeting): Promise<Came> {
  try {
    for (const poll of polls) {
      poll();
      await given.untilRead(mailboxId, await given.runAnew(mailboxId));
    }
  } finally {
    await close();
  }
  const raised = () =>
    given.factsOf(mailboxId, "alert.raised.v1").map(({ body }) => (body as { code: AlertCode }).code);
  // Told before the end of the run, and heard here a little later.
  const expected = right.alerts ?? [];
  await eventually(() => expected.every((code) => raised().includes(code)), { timeoutMs: 5000 }).catch(() => {});
  const source = await given.sources.get(mailboxId);
  const stored = await given.stored(mailboxId);
  const failure = source?.lastRunOutcome === "failed" ? await failureIn(given, mailboxId) : null;
  return {
    received: stored.map(({ subject }) => subject ?? "").sort(),
    aside: source?.setAside?.length ?? 0,
    failure: failure?.code ?? null,
    reply: failure?.evidence?.reply ?? "",
    waitMs: failure?.retryAfterMs,
    alerts: [...new Set(raised())].sort(),
  };
}

/** What the last failed run of a mailbox has told. */
async function failureIn({ results }: GivenInbound, mailboxId: string): Promise<Failure> {
  const isIt = (one: (typeof results)[number]) => one.mailboxId === mailboxId && one.type === "mailbox.run-failed.v1";
  await eventually(() => results.some(isIt), { what: `the failure of ${mailboxId}` });
  const told = results.findLast(isIt);
  if (!told) throw new Error("unreachable");
  return (told.body as { readonly failure: Failure }).failure;
}
