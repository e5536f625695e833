import { connectorDescriptors, InboundProtocol, OutboundProtocol, type Protocol } from "@mailfleet/contracts";
import type { Command } from "commander";
import { wholeNumber } from "./cli.ts";

/** Options of `mailfleet profile create` and `update`. */
export interface ProfileFlags {
  name?: string;
  description?: string;
  type?: string;
  inbound?: string;
  inboundHost?: string;
  inboundPort?: number;
  inboundSecurity?: string;
  inboundCa?: string;
  imapHost?: string;
  imapPort?: number;
  imapSecurity?: string;
  imapCa?: string;
  inboundCredentials?: string;
  inboundUsername?: string;
  addressing?: string;
  outbound?: string;
  smtpHost?: string;
  smtpPort?: number;
  smtpSecurity?: string;
  smtpCa?: string;
  outboundCredentials?: string;
  outboundUsername?: string;
  passwordStdin?: boolean;
  oauthProvider?: string;
  flow?: string;
  tenant?: string;
  clientId?: string;
  clientSecretFile?: string;
  clientSecretExpires?: string;
  certificate?: string;
  serviceAccountKey?: string;
  project?: string;
  publishing?: string;
  scope?: string[];
  issuer?: string;
  authorizationUrl?: string;
  tokenUrl?: string;
  deviceUrl?: string;
  apiUrl?: string;
  processFrom?: string;
  minimumPollingInterval?: number;
  connections?: number;
  connectionTimeout?: number;
  uncertain?: string;
  sendExpiry?: number;
  file?: string;
}

const port = (name: string) => wholeNumber(name, 1, 65_535);
const collect = (value: string, before: string[] = []) => [...before, value];

/** The protocols to choose from. The first is the default. */
function howTo(what: string, protocols: readonly Protocol[]): string {
  const words = protocols.map((name) => `${name}: ${connectorDescriptors[name].text}`);
  return `how mail is ${what}; ${words.join("; ")}. Default ${protocols[0]}`;
}

function withServerFlags(command: Command): Command {
  return command
    .option(`--inbound <${InboundProtocol.options.join("|")}>`, howTo("fetched", InboundProtocol.options))
    .option("--inbound-host <host>")
    .option("--inbound-port <port>", "", port("--inbound-port"))
    .option("--inbound-security <none|starttls|tls>")
    .option("--inbound-ca <file>", "PEM certificates of a private authority")
    .option("--imap-host <host>", "the same as --inbound-host; the next three likewise")
    .option("--imap-port <port>", "", port("--imap-port"))
    .option("--imap-security <none|starttls|tls>")
    .option("--imap-ca <file>")
    .option("--inbound-credentials <mailbox|profile|oauth>", "who holds what is needed to receive")
    .option("--inbound-username <name>", "user name to receive, if the profile holds it; the password is asked for")
    .option(
      "--addressing <authorization-identity|pattern|none>",
      "how the profile's credentials open each mailbox; a pattern such as {address}*master makes the user name",
    )
    .option(`--outbound <${OutboundProtocol.options.join("|")}>`, howTo("sent", OutboundProtocol.options))
    .option("--smtp-host <host>")
    .option("--smtp-port <port>", "", port("--smtp-port"))
    .option("--smtp-security <none|starttls|tls>")
    .option("--smtp-ca <file>", "PEM certificates of a private authority")
    .option("--outbound-credentials <mailbox|profile|oauth>", "who holds what is needed to send")
    .option("--outbound-username <name>", "user name to send, if the profile holds it; the password is asked for")
    .option("--password-stdin", "read that password from standard input");
}

function withOAuthFlags(command: Command): Command {
  return command
    .option("--oauth-provider <google|microsoft|custom>", "who grants tokens; google for the type gmail")
    .option("--flow <sign-in|application|service-account>", "how tokens are granted; default sign-in")
    .option("--client-id <id>", "of the OAuth application")
    .option("--client-secret-file <file>", "file with the client's secret; - reads standard input")
    .option("--client-secret-expires <date>", "when it expires; none removes it")
    .option("--certificate <file>", "PEM of certificate and private key, instead of a secret")
    .option("--service-account-key <file>", "JSON key of a service account; - reads standard input")
    .option("--tenant <id or domain>", "Microsoft")
    .option("--project <id>", "Google: the project the key must belong to")
    .option("--publishing <internal|testing|production>", "Google: state of the consent screen")
    .option("--scope <scope>", "instead of the usual ones; may be repeated", collect)
    .option("--issuer <url>", "instead of the provider's, as are the four that follow")
    .option("--authorization-url <url>")
    .option("--token-url <url>")
    .option("--device-url <url>")
    .option("--api-url <url>");
}

/** Adds the options of a profile to a command. Secrets are never arguments: they come from files or are asked for. */
export function withProfileFlags(command: Command): Command {
  const named = command.option("--name <name>").option("--description <text>");
  return withOAuthFlags(withServerFlags(named))
    .option("--process-from <time>", "receive only mail that arrived later, ISO 8601")
    .option("--minimum-polling-interval <minutes>", "", wholeNumber("--minimum-polling-interval", 0, 1440))
    .option(
      "--connections <n>",
      "simultaneous connections for one holder of credentials",
      wholeNumber("--connections", 1, 300),
    )
    .option("--connection-timeout <ms>", "", wholeNumber("--connection-timeout", 100, 100_000))
    .option("--uncertain <hold|resend>", "what to do with a message that may or may not have been sent")
    .option("--send-expiry <hours>", "", wholeNumber("--send-expiry", 1, 720))
    .option("--file <json>", "the profile as JSON; - reads standard input");
}
