import {
  type ConnectOptions,
  endsBeforeSignIn,
  notSignedInWords,
  signedInAs,
  type TestReport,
} from "@mailfleet/connector-api";
import { deadlineOf, nobody, RefusedError, type RunStep, runSteps, type TestRun } from "@mailfleet/connector-http";
import type { FailureError } from "@mailfleet/contracts";
import { type EwsApi, openEws } from "./ews-api.ts";
import { forget } from "./locate.ts";
import { getInbox } from "./requests.ts";
import { textOf } from "./xml-tree.ts";

const accessWords = {
  own: "the account's own mailbox",
  impersonation: "by impersonation",
  delegation: "by rights that the account has",
} as const;

/**
 * The steps that both directions begin with: locate, connect, tls, authenticate, access (the inbox can be read); then
 * `more`. A test without a mailbox ends after `tls` or `authenticate`: it asks for the inbox of the account itself, which
 * need not have one.
 */
export async function runTest(
  run: TestRun,
  more: (api: EwsApi, step: RunStep, messages: number) => Promise<void>,
): Promise<TestReport> {
  const { options, signal } = run;
  let opened: EwsApi | null = null;
  try {
    return await runSteps(run, async (step, skip) => {
      const deadline = deadlineOf(options, signal);
      const open = async () => {
        opened = await openEws(options, deadline);
        return opened;
      };
      if (options.ends) {
        opened = await openEws(withoutMailbox(options), deadline);
        if (options.server.autodiscover) skip("locate", options.ends.why);
      } else if (options.server.autodiscover) {
        forget(options);
        await step("locate", async () => `found at ${(await open()).url}`);
      }
      const api = opened ?? (await open());
      let offered: readonly string[] = [];
      await step("connect", async () => {
        offered = await api.reach(deadline);
        return `${new URL(api.url).host} answers`;
      });
      const { secured } = api;
      if (secured) await step("tls", async () => `${secured.protocol}, ${secured.cipher}`);
      else skip("tls", "the profile says without TLS");
      const { ends, server, credentials } = options;
      if (endsBeforeSignIn(options) || (ends && server.autodiscover))
        return skip("authenticate", notSignedInWords(options, `the server offers ${offered.join(", ") || "no way"}`));
      if (ends && credentials?.type === "token") {
        await step("authenticate", async () => {
          await credentials.accessToken({ renew: false, signal: deadline });
          return "a token was obtained";
        });
        return skip("access", ends.why);
      }
      let messages = 0;
      let denied: FailureError | null = null;
      await step("authenticate", async () => {
        try {
          messages = await countInbox(api, deadline);
        } catch (error) {
          // Whoever is told why they may not open a mailbox is signed in.
          if (!(error instanceof RefusedError) || error.codes === null) throw error;
          denied = error;
        }
        return signInWords(api, options);
      });
      if (ends) return skip("access", ends.why);
      await step("access", async () => {
        if (denied) throw denied;
        return `the mailbox ${options.address} opens, ${accessWords[api.whose.access]}`;
      });
      await more(api, step, messages);
    });
  } finally {
    await (opened as EwsApi | null)?.close();
  }
}

/** For the account itself, or for nobody. */
function withoutMailbox(options: ConnectOptions): ConnectOptions {
  const server = { ...options.server, access: "own", autodiscover: false } as const;
  return { ...options, server, ...(endsBeforeSignIn(options) && { credentials: nobody }) };
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
