import { execFile } from "node:child_process";
import { chmod, chown, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { freePort } from "../engines/free-port.ts";
import { startGuarded } from "../engines/guarded-program.ts";
import { untilGreeted } from "./greeting.ts";
import { postfixMain, postfixMaster } from "./postfix-configuration.ts";
import type { Dovecot } from "./start-dovecot.ts";
import { tempDir } from "./start-engines.ts";

const run = promisify(execFile);

/** A throw-away Postfix: submission with the accounts and the certificate of a Dovecot, delivery into it by LMTP. */
export interface Postfix {
  readonly host: "127.0.0.1";
  readonly ports: {
    /** Plain and STARTTLS. */
    readonly submission: number;
    /** Implicit TLS. */
    readonly submissions: number;
  };
  /** Its log so far. */
  log(): Promise<string>;
  /** The server is away: connections end, new ones are refused. */
  stopListening(): Promise<void>;
  listenAgain(): Promise<void>;
  stop(): Promise<void>;
}

export interface PostfixOptions {
  readonly dovecot: Dovecot;
  /** Lines added to main.cf; a later line wins. */
  readonly configuration?: string;
}

/** Starts Postfix; ask `mailServers()` first whether that is possible here. Unknown recipients are refused with 550. */
export async function startPostfix({ dovecot, configuration = "" }: PostfixOptions): Promise<Postfix> {
  const { path: folder } = await tempDir("postfix");
  await chmod(folder, 0o755); // Postfix's own users must get in
  const etc = join(folder, "etc");
  for (const name of ["etc", "queue", "data"]) await mkdir(join(folder, name));
  const { stdout: uid } = await run("id", ["-u", "postfix"]);
  await chown(join(folder, "data"), Number(uid), 0);
  const [submission, submissions] = (await Promise.all([freePort(), freePort()])) as [number, number];
  await writeFile(
    join(folder, "recipients"),
    dovecot.addresses.map((address) => `${address} ok\n`).join("") || "nobody@localhost ok\n",
  );
  await writeFile(join(etc, "main.cf"), postfixMain(folder, dovecot, configuration));
  await writeFile(join(etc, "master.cf"), postfixMaster(submission, submissions));
  await run("postfix", ["-c", etc, "check"]); // makes the queue's folders

  const logFile = join(folder, "mail.log");
  const log = () => readFile(logFile, "utf8").catch(() => "");
  const start = async () => {
    // -d: stays a child of the guardian instead of leaving for the background.
    const program = await startGuarded("/usr/lib/postfix/sbin/master", ["-c", etc, "-d"], {
      removeWhenOrphaned: folder,
    });
    try {
      await untilGreeted(program, submission, "220");
    } catch (error) {
      await program.stop();
      const lines = [...program.lines, ...(await log()).split("\n")].slice(-12).join("\n");
      throw new Error(`Postfix: ${(error as Error).message}\n${lines}`, { cause: error });
    }
    return program;
  };
  let program = await start();
  return {
    host: "127.0.0.1",
    ports: { submission, submissions },
    log,
    stopListening: () => program.stop(),
    listenAgain: async () => {
      program = await start();
    },
    stop: async () => {
      await program.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
