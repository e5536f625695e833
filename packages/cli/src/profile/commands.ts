import { type ConnectionTest, type Profile, ProfileType, profileTypeOf } from "@mailfleet/contracts";
import { Failed, UsageError } from "../exit-codes.ts";
import { stepLine } from "../mailbox/words.ts";
import type { ParticularCommands } from "../noun/commands.ts";
import type { Shown } from "../shown.ts";
import { printable } from "../table.ts";

type Options = Readonly<Record<string, string | undefined>>;

/** How a profile's credentials open each mailbox: a SASL identity, or a user name made by a pattern. */
function addressingOf(text: string | undefined): object | null | undefined {
  if (text === undefined || text === "none") return text === undefined ? undefined : null;
  return text === "authorization-identity" ? { by: text } : { by: "user-name", pattern: text };
}

/** A user name among the options says who holds the credentials. */
const holder = (username: string | undefined) => (username === undefined ? {} : { credentials: "profile" });

/** How the application signs in follows from its key or certificate, whose tokens they are from the type. */
function oauthOf(options: Options, before: Partial<Profile> | undefined, isNamed: boolean): object | undefined {
  const { serviceAccountKey, certificate, keyVault, clientSecretFile } = options;
  const implied = {
    ...(serviceAccountKey === undefined ? {} : { flow: "service-account" }),
    ...(clientSecretFile === undefined ? {} : { clientAuthentication: "secret" }),
    ...(certificate === undefined && keyVault === undefined ? {} : { clientAuthentication: "certificate" }),
  };
  if (!isNamed && Object.keys(implied).length === 0) return undefined;
  const type = ProfileType.safeParse(options.type ?? before?.type).data;
  const provider = options.oauthProvider ?? before?.oauth?.provider ?? (type && profileTypeOf(type).provider);
  if (provider === undefined) throw new UsageError("Name the provider of the OAuth application: --oauth-provider.");
  return { ...implied, provider };
}

const ends = {
  ok: "It works.",
  partial: "What was tried works. Name a mailbox (--mailbox) to try the rest.",
  failed: "It does not work.",
} as const;

/** What a test of connections found: one line per step, with the remedy where it failed. */
function testWords({ directions, outcome }: Shown<ConnectionTest>): string {
  const lines = directions.flatMap(({ direction, server, steps }) => [
    printable(`${direction}: ${server}`),
    ...steps.map((step) => stepLine(undefined, step)),
  ]);
  return [...lines, ends[outcome]].join("\n");
}

/** `mailfleet profile …` beyond the declaration: what one option says about another. */
export const profileCommands: ParticularCommands = {
  facts: {
    mailboxes: ({ mailboxes, maximumMailboxes }: Profile) => [
      ["mailboxes", maximumMailboxes ? `${mailboxes} of ${maximumMailboxes}` : mailboxes],
    ],
    maximumMailboxes: () => [],
  },
  addFlags: (command) =>
    void command.option(
      "--addressing <authorization-identity|pattern|none>",
      "how the profile's credentials open each mailbox; a pattern such as {address}*master makes the user name",
    ),
  answers: {
    "test-connection": (cli, test: Shown<ConnectionTest>) => {
      cli.show(test, testWords);
      if (test.outcome === "failed") throw new Failed();
    },
  },
  fields: async (cli, options: Options, before, named) => {
    for (const pointer of ["/inbound/addressing", "/inbound/addressing/pattern"]) cli.nameFlag(pointer, "--addressing");
    const addressing = addressingOf(options.addressing);
    const inbound = { ...holder(options.inboundUsername), ...(addressing === undefined ? {} : { addressing }) };
    const outbound = holder(options.outboundUsername);
    const oauth = oauthOf(options, before as Partial<Profile> | undefined, named.oauth !== undefined);
    return {
      ...(Object.keys(inbound).length > 0 ? { inbound } : {}),
      ...(Object.keys(outbound).length > 0 ? { outbound } : {}),
      ...(oauth ? { oauth } : {}),
    };
  },
};
