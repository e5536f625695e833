import { parseArgs } from "node:util";

/** What was asked for on the command line. */
export interface DemoArguments {
  /** End everything and exit when the story is told. */
  readonly once: boolean;
  /** Show the services' logs between the lines. */
  readonly logs: boolean;
  /** Use this mailbox of the user's instead of the sandbox. */
  readonly own: { readonly imap: string; readonly smtp: string; readonly user: string } | null;
}

const usage = `npm run demo                                        the story on a sandbox, then the stack stays up
npm run demo -- --once                              the same, and everything ends with it
npm run demo -- --imap HOST --smtp HOST --user U    with a real mailbox of yours; the password is asked for
                                                    HOST may carry a port: imap.example.org:993
options: --logs shows what the services log`;

/** Reads the arguments; a wrong one throws an error whose message says what is right. */
export function readArguments(argv: readonly string[]): DemoArguments {
  try {
    const { values } = parseArgs({
      args: [...argv],
      options: {
        once: { type: "boolean", default: false },
        logs: { type: "boolean", default: false },
        imap: { type: "string" },
        smtp: { type: "string" },
        user: { type: "string" },
      },
    });
    const { imap, smtp, user } = values;
    const given = [imap, smtp, user].filter((value) => value !== undefined);
    if (given.length !== 0 && given.length !== 3) throw new Error("--imap, --smtp and --user belong together");
    const own = imap && smtp && user ? { imap, smtp, user } : null;
    return { once: values.once, logs: values.logs, own };
  } catch (error) {
    throw new Error(`${(error as Error).message}\n\n${usage}`, { cause: error });
  }
}

/** `host` or `host:port` as a server; the port decides on security as mail servers do (RFC 8314 §7). */
export function serverFrom(
  text: string,
  defaultPort: number,
): { host: string; port: number; security: "tls" | "starttls" } {
  const [host = "", port = String(defaultPort)] = text.split(":");
  return { host, port: Number(port), security: ["993", "465"].includes(port) ? "tls" : "starttls" };
}
