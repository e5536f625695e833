import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { installCommand, missingPackages } from "./debian-packages.ts";

const run = promisify(execFile);

/** Whether real Dovecot and Postfix can be started here, else why not. */
export interface MailServersAvailability {
  readonly available: boolean;
  /** For node:test: `test("…", { skip: (await mailServers()).skip }, …)`; false if they are available. */
  readonly skip: string | false;
}

/** Both servers drop privileges to their own users, so they start only as root. */
export async function mailServers(): Promise<MailServersAvailability> {
  const no = (skip: string) => ({ available: false, skip });
  const missing = await missingPackages("mail");
  if (missing.length > 0) return no(`Dovecot and Postfix are not installed: ${installCommand(missing)}`);
  if (process.getuid?.() !== 0)
    return no("Dovecot and Postfix start only as root, because they change to their own users");
  const { stdout } = await run("dovecot", ["--version"]);
  if (!stdout.startsWith("2.3.")) return no(`the test configuration is for Dovecot 2.3, here is ${stdout.trim()}`);
  return { available: true, skip: false };
}
