import {
  type ConnectOptions,
  recordTest,
  type StepListener,
  signedInAs,
  type TestReport,
} from "@mailfleet/connector-api";
import { deadlineOf, RefusedError } from "@mailfleet/connector-http";
import { FailureError, type TestStep } from "@mailfleet/contracts";
import { networkFailure } from "@mailfleet/http";
import { type EwsApi, openEws } from "./ews-api.ts";
import { forget } from "./locate.ts";
import { getInbox } from "./requests.ts";
import { textOf } from "./xml-tree.ts";

/** Runs one step. `work` returns its detail. */
export type RunStep = (step: TestStep["step"], work: () => Promise<string>) => Promise<void>;

const accessWords = {
  own: "the account's own mailbox",
  impersonation: "by impersonation",
  delegation: "by rights that the account has",
} as const;

/**
 * The steps that both directions begin with: connect, tls, authenticate, access (the inbox can be read); then `more`. A
 * step's `FailureError` ends the test and is in its report.
 */
export async function runTest(
  {
    options,
    listener,
    signal,
  }: { readonly options: ConnectOptions; readonly listener: StepListener; readonly signal: AbortSignal },
  more: (api: EwsApi, step: RunStep, inbox: { readonly messages: number }) => Promise<void>,
): Promise<TestReport> {
  const { done, failed, skipped, passed } = recordTest(listener);
  let at: TestStep["step"] = "settings";
  let api: EwsApi | null = null;
  const run: RunStep = async (step, work) => {
    at = step;
    done(step, await work());
  };
  try {
    const deadline = deadlineOf(options, signal);
    const { autodiscover } = options.server;
    if (autodiscover) {
      at = "locate";
      forget(options);
    }
    const exchange = await openEws(options, deadline);
    api = exchange;
    if (autodiscover) await run("locate", async () => `found at ${exchange.url}`);
    await run("connect", async () => {
      await exchange.reach(deadline);
      return `${new URL(exchange.url).host} answers`;
    });
    const { secured } = exchange;
    if (secured) await run("tls", async () => `${secured.protocol}, ${secured.cipher}`);
    else skipped("tls", "the profile says without TLS");
    let opened: { messages: number } | FailureError | null = null;
    await run("authenticate", async () => {
      try {
        opened = { messages: await countInbox(exchange, deadline) };
      } catch (error) {
        // Whoever is told why they may not open a mailbox is signed in.
        if (!(error instanceof RefusedError) || error.codes === null) throw error;
        opened = error;
      }
      return signInWords(exchange, options);
    });
    const inbox = opened as unknown as { messages: number } | FailureError;
    await run("access", async () => {
      if (inbox instanceof FailureError) throw inbox;
      return `the mailbox ${options.address} opens, ${accessWords[exchange.whose.access]}`;
    });
    if (!(inbox instanceof FailureError)) await more(exchange, run, inbox);
    return passed();
  } catch (thrown) {
    signal.throwIfAborted();
    // A missed deadline is the server's failure. Any other error is a bug.
    const isTimeout = thrown instanceof Error && thrown.name === "TimeoutError";
    const { host, port } = options.server;
    const error = isTimeout ? networkFailure(thrown, { host, port, command: at }) : thrown;
    if (error instanceof FailureError) return failed(at, error.failure);
    throw error;
  } finally {
    await api?.close();
  }
}

/** How many messages are in the inbox. Signs in. */
export async function countInbox(api: EwsApi, signal: AbortSignal): Promise<number> {
  return Number(textOf(await api.ask("GetFolder", getInbox(api.whose), signal), "TotalCount")) || 0;
}

function signInWords({ scheme, offersBasic, version }: EwsApi, { credentials }: ConnectOptions): string {
  const who = credentials ? signedInAs(credentials) : "";
  const by = `${who} by ${scheme}${version ? `, Exchange ${version}` : ""}`;
  const isWeaker = offersBasic && (scheme === "NTLM" || scheme === "Negotiate");
  return isWeaker ? `${by}; warning: the server also offers Basic, which sends the password itself: switch it off` : by;
}
