import { camel, connectorDescriptors, InboundProtocol, OutboundProtocol, type Protocol } from "@mailfleet/contracts";
import type { Command } from "commander";
import { collect, wholeNumber } from "../cli.ts";

/** Options of servers and OAuth, as the parser gives them. */
export type ProfileOptions = Readonly<Record<string, string | undefined>> & {
  readonly inboundPort?: number;
  readonly imapPort?: number;
  readonly smtpPort?: number;
  readonly scope?: string[];
};

/** Which option stands for which field of `oauth`. */
const oauth = {
  provider: ["--oauth-provider <google|microsoft|custom>", "whose tokens; google for the type gmail"],
  flow: ["--flow <sign-in|application|service-account>", "how tokens are granted; default sign-in"],
  clientId: ["--client-id <id>", "of the OAuth application"],
  clientSecretExpiresAt: ["--client-secret-expires <date>", "when the client secret expires; none removes the date"],
  tenantId: ["--tenant <id or domain>", "Microsoft"],
  projectId: ["--project <id>", "Google: the project that the key must belong to"],
  publishing: ["--publishing <internal|testing|production>", "Google: state of the consent screen"],
  "endpoints/issuer": ["--issuer <url>", "instead of the provider's, as are the four that follow"],
  "endpoints/authorization": ["--authorization-url <url>", ""],
  "endpoints/token": ["--token-url <url>", ""],
  "endpoints/deviceAuthorization": ["--device-url <url>", ""],
  "endpoints/api": ["--api-url <url>", ""],
} as const;

/** Each of these fields with its option, and the name that the parser gives it. */
export const oauthFlags = Object.fromEntries(
  Object.entries(oauth).map(([name, [syntax, text]]) => {
    const flag = syntax.split(" ")[0] ?? "";
    return [name, { syntax, text, flag, key: camel(flag.slice(2)) }];
  }),
);

/** How a protocol is chosen: the first of them is the usual one. */
function howTo(what: string, protocols: readonly Protocol[]): string {
  const words = protocols.map((name) => `${name}: ${connectorDescriptors[name].text}`);
  return `how mail is ${what}; ${words.join("; ")}. Default ${protocols[0]}`;
}

function addServerFlags(command: Command, prefix: string, note = ""): void {
  command
    .option(`--${prefix}-host <host>`, note)
    .option(`--${prefix}-port <port>`, "", wholeNumber(`--${prefix}-port`, 1, 65_535))
    .option(`--${prefix}-security <none|starttls|tls>`)
    .option(`--${prefix}-ca <file>`, "PEM certificates of a private authority");
}

/** Adds the options of the two servers and of the OAuth application. */
export function addProfileFlags(command: Command): void {
  command.option(`--inbound <${InboundProtocol.options.join("|")}>`, howTo("fetched", InboundProtocol.options));
  addServerFlags(command, "inbound");
  addServerFlags(command, "imap", "the same as --inbound-host, as are the three that follow");
  command
    .option("--inbound-credentials <mailbox|profile|oauth>", "who holds what is needed to receive")
    .option(
      "--addressing <authorization-identity|pattern|none>",
      "how the profile's credentials open each mailbox; a pattern such as {address}*master makes the user name",
    )
    .option(`--outbound <${OutboundProtocol.options.join("|")}>`, howTo("sent", OutboundProtocol.options));
  addServerFlags(command, "smtp");
  command.option("--outbound-credentials <mailbox|profile|oauth>", "who holds what is needed to send");
  for (const { syntax, text } of Object.values(oauthFlags)) command.option(syntax, text);
  command.option("--scope <scope>", "instead of the usual ones; may be repeated", collect);
}

const sides = [
  ["inbound", "inbound"],
  ["outbound", "smtp"],
] as const;

/** Which option a refusal means, by the field that it points at. */
export const profilePointers: readonly (readonly [pointer: string, flag: string])[] = [
  ...sides.flatMap(([side, prefix]) => [
    [`/${side}/protocol`, `--${side}`] as const,
    [`/${side}/credentials`, `--${side}-credentials`] as const,
    [`/${side}/trustedCertificates`, `--${prefix}-ca`] as const,
    ...["host", "port", "security"].map((name) => [`/${side}/${name}`, `--${prefix}-${name}`] as const),
  ]),
  ["/inbound/addressing/pattern", "--addressing"],
  ["/inbound/addressing", "--addressing"],
  ...Object.entries(oauthFlags).map(([name, { flag }]) => [`/oauth/${name}`, flag] as const),
];
