import { type ConnectOptions, signedInAs, type TestReport } from "@mailfleet/connector-api";
import { deadlineOf, RefusedError, type RunStep, runSteps, type TestRun } from "@mailfleet/connector-http";
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
 * `more`.
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
      if (options.server.autodiscover) {
        forget(options);
        await step("locate", async () => `found at ${(await open()).url}`);
      }
      const api = opened ?? (await open());
      await step("connect", async () => {
        await api.reach(deadline);
        return `${new URL(api.url).host} answers`;
      });
      const { secured } = api;
      if (secured) await step("tls", async () => `${secured.protocol}, ${secured.cipher}`);
      else skip("tls", "the profile says without TLS");
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
