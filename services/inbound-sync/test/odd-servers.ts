import { createImapConnector } from "@mailfleet/connector-imap";
import { createPop3Connector } from "@mailfleet/connector-pop3";
import type { AlertCode, Failure, FailureCode } from "@mailfleet/contracts";
import { type FakeInbox, fakeInbox, type Pop3Script, scriptedPop3 } from "@mailfleet/local/testing";
import type { GivenConnection, GivenInbound } from "./given-inbound.ts";

/** What is right once a server was polled. */
export interface Right {
  /** Subjects of what was handed over, each once, in any order. */
  readonly received: readonly string[];
  /** How many messages are set aside. */
  readonly aside?: number;
  /** How the last poll ended; absent: well. */
  readonly failure?: FailureCode;
  readonly reply?: RegExp;
  /** Alerts that were raised. */
  readonly alerts?: readonly AlertCode[];
}

/** What became of it. */
export interface Came {
  readonly received: readonly string[];
  readonly aside: number;
  readonly failure: FailureCode | null;
  readonly reply: string;
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

const silenceMs = 1500;
/** Connectors that wait for silent servers as long as a test can. */
export const impatient = {
  imap: createImapConnector({ silenceMs }),
  pop3: createPop3Connector({ silenceMs, updateMs: 2000, goodbyeMs: 100 }),
};

/** Polls the server of a case and tells what became of its mail. */
export async function meet(
  given: GivenInbound,
  mailboxId: string,
  one: { readonly imap: OddImap } | { readonly pop3: OddPop3 },
): Promise<Came> {
  const protocol = "imap" in one ? "imap" : "pop3";
  const { connection = {} } = "imap" in one ? one.imap : one.pop3;
  const script: Pop3Script = {};
  const { inbox, server } = "imap" in one ? await fakeInbox() : { inbox: null, server: await scriptedPop3(script) };
  given.connect(mailboxId, {
    server: { protocol, host: "127.0.0.1", port: server.port, security: "none" },
    connectionTimeoutMs: 5000,
    ...connection,
  });
  const polls =
    "imap" in one
      ? one.imap.polls.map((poll) => () => inbox && poll(inbox))
      : one.pop3.polls.map((poll) => () => poll(script));
  try {
    for (const poll of polls) {
      poll();
      await given.untilRead(mailboxId, await given.runAnew(mailboxId));
    }
  } finally {
    await server.close();
  }
  const source = await given.sources.get(mailboxId);
  const stored = await given.stored(mailboxId);
  const alerts = given.factsOf(mailboxId, "alert.raised.v1").map(({ body }) => (body as { code: AlertCode }).code);
  const failure = source?.lastRunOutcome === "failed" ? failureIn(given, mailboxId) : null;
  return {
    received: stored.map(({ subject }) => subject ?? "").sort(),
    aside: source?.setAside?.length ?? 0,
    failure: failure?.code ?? null,
    reply: failure?.evidence?.reply ?? "",
    alerts: [...new Set(alerts)].sort(),
  };
}

/** What the last failed run of a mailbox has told. */
function failureIn({ results }: GivenInbound, mailboxId: string): Failure {
  const told = results.findLast((one) => one.mailboxId === mailboxId && one.type === "mailbox.run-failed.v1");
  if (!told) throw new Error(`no failure of ${mailboxId} was told`);
  return (told.body as { readonly failure: Failure }).failure;
}
