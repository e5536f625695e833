import { parseArgs } from "node:util";
import { Security } from "@mailfleet/contracts";

/** What was asked for on the command line. */
export interface DemoArguments {
  /** End everything and exit at the end of the story. */
  readonly once: boolean;
  /** Show the services' logs between the lines. */
  readonly logs: boolean;
  /** The provider of the story. It runs on a double if the provider itself cannot be used. */
  readonly provider: DemoProvider;
  /** Use this mailbox of the user's instead of the sandbox. */
  readonly own: OwnMailbox | null;
  /** Only say how the demo is used. */
  readonly help: boolean;
}

/** A mailbox of the user's. What is not said of its security follows from the port. */
export interface OwnMailbox {
  readonly imap: string;
  readonly smtp: string;
  readonly user: string;
  readonly imapSecurity?: Security;
  readonly smtpSecurity?: Security;
  /** A file with the certificates of a private authority. */
  readonly ca?: string;
}

/** The stories. */
export const demoProviders = ["imap", "pop3", "gmail", "exchange", "exchange-online", "notify"] as const;
export type DemoProvider = (typeof demoProviders)[number];

const isProvider = (text: string): text is DemoProvider => demoProviders.some((one) => one === text);

/** How the demo is used. */
export const usage = `npm run demo                                        the story on a sandbox, then the stack stays up
npm run demo -- --once                              the same, and everything ends with it
npm run demo -- --provider pop3|gmail|exchange|exchange-online|notify
                                                    another story: a POP3 queue, Gmail's API with OAuth, Exchange
                                                    Server by EWS, Exchange Online by Microsoft Graph, or the
                                                    notification mail server, each against its double
npm run demo -- --imap HOST --smtp HOST --user U    with a real mailbox of yours; the password is asked for
                                                    HOST may carry a port: imap.example.org:993
             --imap-security, --smtp-security none|starttls|tls   where the port does not tell
             --ca FILE                                            certificates of a private authority (PEM)
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
        "imap-security": { type: "string" },
        "smtp-security": { type: "string" },
        ca: { type: "string" },
        help: { type: "boolean", default: false },
        provider: { type: "string", default: "imap" },
      },
    });
    const { imap, smtp, user, provider } = values;
    if (!isProvider(provider)) throw new Error(`--provider must be one of ${demoProviders.join(", ")}`);
    const given = [imap, smtp, user].filter((value) => value !== undefined);
    if (given.length !== 0 && given.length !== 3) throw new Error("--imap, --smtp and --user belong together");
    const more = {
      ...securityOf("imapSecurity", values["imap-security"]),
      ...securityOf("smtpSecurity", values["smtp-security"]),
      ...(values.ca === undefined ? {} : { ca: values.ca }),
    };
    if (given.length === 0 && Object.keys(more).length > 0)
      throw new Error("--imap-security, --smtp-security and --ca belong to --imap, --smtp and --user");
    const own = imap && smtp && user ? { imap, smtp, user, ...more } : null;
    return { once: values.once, logs: values.logs, provider, own, help: values.help };
  } catch (error) {
    throw new Error(`${(error as Error).message}\n\n${usage}`, { cause: error });
  }
}

function securityOf<Name extends string>(name: Name, text: string | undefined): { [Key in Name]?: Security } {
  if (text === undefined) return {};
  const { success, data } = Security.safeParse(text);
  if (!success) throw new Error(`the security is none, starttls or tls, not ${text}`);
  return { [name]: data } as { [Key in Name]?: Security };
}

/** `host` or `host:port` as a server; where nothing is said of the security, the port decides (RFC 8314 §7). */
export function serverFrom(
  text: string,
  defaultPort: number,
  security?: Security,
): { host: string; port: number; security: Security } {
  const [host = "", port = String(defaultPort)] = text.split(":");
  return { host, port: Number(port), security: security ?? (["993", "465"].includes(port) ? "tls" : "starttls") };
}
