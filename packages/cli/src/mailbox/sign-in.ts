import { setTimeout as pause } from "node:timers/promises";
import { isPassing } from "@mailfleet/client";
import type { Grant } from "@mailfleet/contracts";
import type { Command } from "commander";
import { type Cli, wholeNumber } from "../cli.ts";
import { Failed, NotOver } from "../exit-codes.ts";
import { mailboxPath } from "../paths.ts";
import type { Shown } from "../shown.ts";
import { time } from "../table.ts";
import { grantFacts } from "./words.ts";

interface DeviceCode {
  readonly consentId: string;
  readonly userCode: string;
  readonly verificationUri: string;
  readonly expiresAt: string;
  readonly intervalMs: number;
}

interface Polled {
  readonly state: "pending" | "done";
  readonly intervalMs: number;
  readonly grant: Shown<Grant> | null;
}

/** The provider may take this long to answer. */
const pollTimeoutMs = 70_000;
/** Asking more often than this would only be refused, whatever the interval says. */
const leastMs = 100;

/** Checks until the user has entered the code. @throws Failed if the code expires. */
async function waitForDevice(cli: Cli, path: string, device: DeviceCode, timeoutMs: number): Promise<Polled> {
  const client = await cli.client();
  const deadline = Math.min(Date.parse(device.expiresAt), Date.now() + timeoutMs);
  let intervalMs = device.intervalMs;
  for (;;) {
    if (cli.terminal.interrupted.aborted)
      throw new NotOver(
        `Interrupted. The code is valid until ${time(device.expiresAt)}, but only a command that waits can complete the sign-in: begin again.`,
      );
    if (Date.now() + intervalMs > deadline)
      throw new Failed("The code was not entered in time. Begin again to get a new one.");
    await pause(Math.max(leastMs, intervalMs), undefined, { signal: cli.terminal.interrupted }).catch(() => {});
    const options = { timeoutMs: pollTimeoutMs };
    const polled = await client
      .post<Polled>(`${path}/${device.consentId}/poll`, undefined, options)
      .catch((error: unknown) => {
        if (isPassing(error)) return null;
        throw error;
      });
    if (polled?.state === "done") return polled;
    intervalMs = polled?.intervalMs ?? intervalMs;
  }
}

/** `mailfleet mailbox sign-in|sign-out` */
export function addSignInCommands(mailbox: Command, cli: Cli): void {
  mailbox
    .command("sign-in <mailbox>")
    .description("show the link with which the mailbox's user signs in, or a code to enter on another device")
    .option("--device", "a code for the provider's own page, which needs no address of this console; waits for it")
    .option("--timeout <s>", "how long to wait", wholeNumber("--timeout", 1, 3600), 900)
    .action(async (which: string, flags: { device?: boolean; timeout: number }) => {
      const client = await cli.client();
      const path = `${mailboxPath(which)}/sign-in`;
      if (!flags.device) {
        const link = await client.post<{ signInUrl: string }>(path, { method: "link" });
        cli.show(link, ({ signInUrl }) => `Send this link to the mailbox's user:\n${signInUrl}`);
        return;
      }
      const options = { timeoutMs: pollTimeoutMs };
      const device = await client.post<DeviceCode>(path, { method: "device" }, options);
      // To standard error, so that with --json the output stays one document.
      cli.terminal.err(
        `Open ${device.verificationUri} and enter the code ${device.userCode} (until ${time(device.expiresAt)}).`,
      );
      const { grant } = await waitForDevice(cli, path, device, flags.timeout * 1000);
      cli.show(grant, grantFacts);
    });
  mailbox
    .command("sign-out <mailbox>")
    .description("forget the permission that the mailbox's user gave")
    .action(async (which: string) => {
      await (await cli.client()).delete(`${mailboxPath(which)}/grant`);
      cli.show({ signedOut: which }, () => `Deleted the consent of ${which}. The provider still lists it.`);
    });
}
