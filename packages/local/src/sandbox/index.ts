import { watchSecret } from "../testing/kept-output.ts";
import { type ImapAccount, imapAccount, listenImap } from "./sandbox-imap.ts";
import { listenPop3 } from "./sandbox-pop3.ts";
import { listenSmtp, type Submission, type Trouble } from "./sandbox-smtp.ts";

export type { Submission, Trouble } from "./sandbox-smtp.ts";

/** Which accounts the sandbox has, and on which ports (0: free ones). */
export interface SandboxOptions {
  readonly accounts: readonly { readonly address: string; readonly password: string }[];
  readonly imapPort?: number;
  readonly pop3Port?: number;
  readonly smtpPort?: number;
}

/** A mail server in this process: what is sent to one of its addresses arrives in that mailbox. Loopback only, no TLS. */
export interface Sandbox {
  readonly host: string;
  readonly imapPort: number;
  readonly pop3Port: number;
  readonly smtpPort: number;
  /** Puts a message into an inbox as if it had come from outside; its bytes survive exactly. */
  deliver(address: string, raw: Buffer): void;
  /** What is in an inbox, oldest first. */
  messages(address: string): Buffer[];
  addAccount(address: string, password: string): void;
  /** How many connections of this account wait in IDLE. */
  idling(address: string): number;
  /** Called when somebody signs in to read, with the account. Returns how to stop listening. */
  onSignIn(listener: (address: string) => void): () => void;
  /** The server knows another password from now on; open connections stay. */
  setPassword(address: string, password: string): void;
  /** Everything that clients handed over by SMTP. */
  readonly submissions: readonly Submission[];
  /** Called when a message was taken, before the client hears of it. Returns how to stop listening. */
  onTaken(listener: (submission: Submission) => void): () => void;
  /** The next submission that reaches this stage goes wrong. */
  spoilNext(trouble: Trouble): void;
  /** Connections break and new ones are refused: the server is away. */
  pause(): Promise<void>;
  /** The server is back, on the same ports, with all its mail. */
  resume(): Promise<void>;
  stop(): Promise<void>;
}

/** Starts the sandbox. @throws if a wished port is taken */
export async function startSandbox(options: SandboxOptions): Promise<Sandbox> {
  const { accounts, imapPort = 0, pop3Port = 0, smtpPort = 0 } = options;
  const byAddress = new Map<string, ImapAccount>();
  const submissions: Submission[] = [];
  const troubles: Trouble[] = [];
  const listeners = new Set<(submission: Submission) => void>();
  const add = (address: string, password: string) => {
    watchSecret(password);
    byAddress.set(address.toLowerCase(), imapAccount(address.toLowerCase(), password));
  };
  for (const { address, password } of accounts) add(address, password);

  const known = (address: string) => {
    const account = byAddress.get(address.toLowerCase());
    if (!account) throw new Error(`the sandbox has no account ${address}`);
    return account;
  };
  const deliver = (address: string, raw: Buffer) =>
    // hoodiecrow keeps messages as strings with one character a byte.
    void known(address).box.appendMessage("INBOX", [], new Date(), raw.toString("latin1"));

  const signInListeners = new Set<(address: string) => void>();
  const signedIn = ({ address }: ImapAccount) => {
    for (const listener of signInListeners) listener(address);
  };
  const { listener: imap, idling } = await listenImap(byAddress, imapPort, signedIn);
  const pop3 = await listenPop3(byAddress, pop3Port, signedIn);
  const smtp = await listenSmtp(
    {
      passwordOf: (user) => byAddress.get(user)?.password,
      knows: (address) => byAddress.has(address.toLowerCase()),
      deliver: (address, raw) => {
        deliver(address, raw);
        return true;
      },
      trouble: (stage) => {
        const at = troubles.findIndex((trouble) => trouble.stage === stage);
        return at < 0 ? undefined : troubles.splice(at, 1)[0];
      },
      note: (submission) => {
        submissions.push(submission);
        for (const listener of listeners) listener(submission);
      },
    },
    smtpPort,
  );
  let open = true;
  const pause = async () => {
    if (!open) return;
    open = false;
    await Promise.all([imap.close(), pop3.close(), smtp.close()]);
  };
  return {
    host: "127.0.0.1",
    imapPort: imap.port,
    pop3Port: pop3.port,
    smtpPort: smtp.port,
    deliver,
    messages: (address) =>
      known(address)
        .box.getMailbox("INBOX")
        .messages.map(({ raw }) => Buffer.from(raw, "latin1")),
    addAccount: add,
    idling: (address) => idling(known(address)),
    onSignIn: (listener) => {
      signInListeners.add(listener);
      return () => signInListeners.delete(listener);
    },
    setPassword: (address, password) => {
      watchSecret(password);
      known(address).password = password;
    },
    submissions,
    onTaken: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    spoilNext: (trouble) => void troubles.push(trouble),
    pause,
    resume: async () => {
      if (open) return;
      open = true;
      await Promise.all([imap.open(), pop3.open(), smtp.open()]);
    },
    stop: pause,
  };
}
