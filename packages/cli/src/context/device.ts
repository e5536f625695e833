import { setTimeout as pause } from "node:timers/promises";
import { ApiClient, isPassing } from "@mailfleet/client";
import type { Cli } from "../cli.ts";
import { Failed, NotOver } from "../exit-codes.ts";
import { printable, time } from "../table.ts";

interface Begun {
  readonly deviceCode: string;
  readonly userCode: string;
  readonly verificationUri: string;
  readonly verificationUriComplete?: string;
  readonly provider: string;
  readonly expiresAt: string;
  readonly intervalMs: number;
}

type Asked =
  | { readonly state: "pending" | "slow-down" }
  | { readonly state: "done"; readonly token: string; readonly name: string; readonly role: string };

/** So much longer to wait each time the provider says so (RFC 8628 §3.5). */
const slowerMs = 5000;
/** The provider may take this long to answer. */
const answerMs = 30_000;

/** Signs in at the identity provider of this console: shows a code, and waits until somebody has entered it. @throws Failed */
export async function signInAtProvider(cli: Cli, url: string): Promise<{ token: string; name: string; role: string }> {
  const client = new ApiClient({ url, token: "" });
  const options = { timeoutMs: answerMs };
  const begun = await client.post<Begun>("/sessions/device", undefined, options);
  const { verificationUri, verificationUriComplete, userCode, expiresAt, provider, deviceCode } = begun;
  // To standard error, so that with -o json the output stays one document.
  const direct = verificationUriComplete === undefined ? "" : ` Or open ${verificationUriComplete}.`;
  cli.terminal.err(
    printable(
      `Sign in at ${provider}: open ${verificationUri} and enter the code ${userCode} (until ${time(expiresAt)}).${direct}`,
    ),
  );
  let { intervalMs } = begun;
  for (;;) {
    if (cli.terminal.interrupted.aborted) throw new NotOver("Interrupted. Begin again to get a new code.");
    if (Date.now() + intervalMs > Date.parse(expiresAt))
      throw new Failed("The code was not entered in time. Begin again to get a new one.");
    await pause(intervalMs, undefined, { signal: cli.terminal.interrupted }).catch(() => {});
    const asked = await client
      .post<Asked>("/sessions/device/poll", { deviceCode }, options)
      .catch((error: unknown): Asked => {
        if (isPassing(error)) return { state: "pending" };
        throw error;
      });
    if (asked.state === "done") return asked;
    if (asked.state === "slow-down") intervalMs += slowerMs;
  }
}

/** Ends the session of this token, if it is one of a command line. */
export async function endSession(url: string, token: string): Promise<void> {
  await new ApiClient({ url, token }).delete("/sessions/own");
}
