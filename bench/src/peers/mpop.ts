import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { run } from "./run.ts";

/** What the peer needs to fetch the same mailbox. */
export interface MpopAccount {
  readonly port: number;
  readonly user: string;
  readonly password: string;
}

/**
 * mpop into a Maildir, with its default pipelining, mail kept on the server: messages/s, or `null` if not installed.
 */
export async function mpopRate(folder: string, account: MpopAccount, messages: number): Promise<number | null> {
  if ((await run("mpop", ["--version"])) === null) return null;
  for (const name of ["cur", "new", "tmp"]) mkdirSync(join(folder, "maildir", name), { recursive: true });
  const configuration = join(folder, "mpoprc");
  writeFileSync(
    configuration,
    `account default
host 127.0.0.1
port ${account.port}
user ${account.user}
password ${account.password}
auth user
tls off
keep on
uidls_file ${folder}/uidls
delivery maildir ${folder}/maildir
`,
    { mode: 0o600 },
  );
  const start = performance.now();
  const code = await run("mpop", ["-C", configuration, "-q"]);
  if (code !== 0) throw new Error(`mpop ended with ${code}`);
  return messages / ((performance.now() - start) / 1000);
}
