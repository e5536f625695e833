import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { run } from "./run.ts";

/** What the peer needs to fetch the same mailbox. */
export interface MbsyncAccount {
  readonly port: number;
  readonly user: string;
  readonly password: string;
}

/** mbsync (isync) into a Maildir, with its default fsync: messages a second, or `null` if it is not installed. */
export async function mbsyncRate(folder: string, account: MbsyncAccount, messages: number): Promise<number | null> {
  if ((await run("mbsync", ["--version"])) === null) return null;
  mkdirSync(join(folder, "maildir"), { recursive: true });
  const configuration = join(folder, "mbsyncrc");
  writeFileSync(
    configuration,
    `IMAPAccount bench
Host 127.0.0.1
Port ${account.port}
User ${account.user}
Pass ${account.password}
SSLType None
AuthMechs LOGIN

IMAPStore far
Account bench

MaildirStore near
Path ${folder}/maildir/
Inbox ${folder}/maildir/inbox
SubFolders Verbatim

Channel bench
Far :far:
Near :near:
Patterns INBOX
Create Near
Sync Pull
SyncState *
`,
    { mode: 0o600 },
  );
  const start = performance.now();
  const code = await run("mbsync", ["-c", configuration, "-q", "bench"]);
  if (code !== 0) throw new Error(`mbsync ended with ${code}`);
  return messages / ((performance.now() - start) / 1000);
}
