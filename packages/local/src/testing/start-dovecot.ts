import { execFile } from "node:child_process";
import { chmod, chown, mkdir, readFile, rm, utimes, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { eventually } from "../engines/eventually.ts";
import { freePort } from "../engines/free-port.ts";
import { startGuarded } from "../engines/guarded-program.ts";
import { type DovecotPorts, dovecotConfiguration } from "./dovecot-configuration.ts";
import { type DovecotOauth, signInConfiguration } from "./dovecot-sign-in.ts";
import { untilGreeted } from "./greeting.ts";
import { watchSecret } from "./kept-output.ts";
import { dropIntoMaildir, listMaildir, MAIL_UID } from "./maildir.ts";
import { tempDir } from "./start-engines.ts";

const run = promisify(execFile);

/** A throw-away Dovecot with a self-made certificate for 127.0.0.1 and localhost. */
export interface Dovecot {
  readonly host: "127.0.0.1";
  readonly ports: DovecotPorts;
  /** PEM of the certificate, to be trusted by a test. */
  readonly certificate: string;
  readonly certificateFile: string;
  readonly keyFile: string;
  /** Addresses of the accounts. */
  readonly addresses: readonly string[];
  /** Folder of an account's Maildir. Other folders are below it, such as `.Sent`. */
  maildir(address: string, folder?: string): string;
  /** Puts messages straight on disk; see {@link dropIntoMaildir}. */
  drop(address: string, count: number, make: (index: number) => Buffer | string): Promise<void>;
  /** Messages on disk, oldest first. `folder` is INBOX by default. */
  messages(address: string, folder?: string): Promise<Buffer[]>;
  /** Adds an account or changes its password; holds for the next login. */
  setPassword(address: string, password: string): Promise<void>;
  /** Its last lines of log. */
  readonly log: readonly string[];
  /** The server is away: connections end, new ones are refused. */
  stopListening(): Promise<void>;
  /** The same server again: ports, accounts and mail as before. */
  listenAgain(): Promise<void>;
  stop(): Promise<void>;
}

export interface DovecotOptions {
  /** Password by address. */
  readonly users: Readonly<Record<string, string>>;
  /** Bearer tokens too: XOAUTH2 and OAUTHBEARER, over IMAP, POP3 and a Postfix that asks this Dovecot. */
  readonly oauth?: DovecotOauth;
  /**
   * Password by name of users who may open every account: as `ann@example.test*name`, or as `name` with
   * `ann@example.test` as authorization identity (SASL PLAIN).
   */
  readonly masterUsers?: Readonly<Record<string, string>>;
  /** Lines added to dovecot.conf. */
  readonly configuration?: string;
}

/** Starts Dovecot; ask `mailServers()` first whether that is possible here. */
export async function startDovecot(options: DovecotOptions): Promise<Dovecot> {
  const { path: folder } = await tempDir("dovecot");
  await chmod(folder, 0o755); // Dovecot's own users must get in
  const users = new Map(Object.entries(options.users));
  watchSecret(...Object.values(options.users), ...Object.values(options.masterUsers ?? {}));
  let written = Math.floor(Date.now() / 1000);
  const writeUsers = async () => {
    const file = join(folder, "users");
    await writeFile(file, [...users].map(([address, word]) => `${address}:{PLAIN}${word}\n`).join(""));
    // Dovecot notices a change by the time in whole seconds: two changes in one second need two times.
    written += 1;
    await utimes(file, written, written);
  };
  await writeUsers();
  await mkdir(join(folder, "run"));
  await mkdir(join(folder, "mail"));
  await chown(join(folder, "mail"), MAIL_UID, MAIL_UID);
  const certificateFile = join(folder, "certificate.pem");
  const keyFile = join(folder, "key.pem");
  await run("openssl", [
    ...["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "30"],
    ...["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"],
    ...["-keyout", keyFile, "-out", certificateFile],
  ]);
  const [imap, imaps, pop3, pop3s, lmtp, auth] = await Promise.all(Array.from({ length: 6 }, freePort));
  const ports = { imap, imaps, pop3, pop3s, lmtp, auth } as DovecotPorts;
  const configuration = join(folder, "dovecot.conf");
  const signIn = signInConfiguration(folder, options.oauth, options.masterUsers);
  for (const [name, text] of Object.entries(signIn.files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), text);
  }
  await writeFile(configuration, dovecotConfiguration(folder, ports, signIn, options.configuration ?? ""));

  const log: string[] = [];
  const start = async () => {
    const program = await startGuarded("dovecot", ["-F", "-c", configuration], {
      removeWhenOrphaned: folder,
      onLine: (line) => {
        log.push(line);
        if (log.length > 500) log.shift();
      },
    });
    try {
      await untilGreeted(program, ports.imap, "* OK");
    } catch (error) {
      await program.stop();
      throw new Error(`Dovecot: ${(error as Error).message}\n${log.slice(-10).join("\n")}`, { cause: error });
    }
    return program;
  };
  let program = await start();
  const maildir = (address: string, name = "INBOX") =>
    name === "INBOX" ? join(folder, "mail", address) : join(folder, "mail", address, `.${name}`);
  return {
    host: "127.0.0.1",
    ports,
    certificate: await readFile(certificateFile, "utf8"),
    certificateFile,
    keyFile,
    get addresses() {
      return [...users.keys()];
    },
    maildir,
    drop: (address, count, make) => dropIntoMaildir(maildir(address), count, make),
    messages: (address, name) => listMaildir(maildir(address, name)),
    setPassword: async (address, password) => {
      watchSecret(password);
      users.set(address, password);
      await writeUsers();
      await eventually(() => run("doveadm", ["-c", configuration, "auth", "test", address, password]), {
        what: "the new password in Dovecot",
      });
    },
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
