import { connectorDescriptors, type ProfileSettings, type TestEnd } from "@mailfleet/contracts";

/** One direction of a profile, as the rules see it. */
interface Given {
  readonly server: ProfileSettings["inbound"] | ProfileSettings["outbound"];
  readonly flow: NonNullable<ProfileSettings["oauth"]>["flow"] | undefined;
  /** The requests name the mailbox; the sign-in does not. */
  readonly isApi: boolean;
}

/** Why a test without a mailbox stops early; the first reason that applies counts. */
const rules: readonly (TestEnd & { readonly applies: (given: Given) => boolean })[] = [
  {
    before: "sign-in",
    why: "each mailbox has its own credentials",
    applies: ({ server }) => server.credentials === "mailbox",
  },
  {
    before: "sign-in",
    why: "the user of each mailbox signs in at the provider",
    applies: ({ server, flow }) => server.credentials === "oauth" && flow === "sign-in",
  },
  {
    before: "sign-in",
    why: "the service account gets a token for one mailbox at a time",
    applies: ({ server, flow }) => server.credentials === "oauth" && flow === "service-account",
  },
  {
    before: "sign-in",
    why: "the application's token is presented with the address of a mailbox",
    applies: ({ server, isApi }) => server.credentials === "oauth" && !isApi,
  },
  {
    before: "sign-in",
    why: "the profile's credentials open each mailbox by its address",
    applies: ({ server }) => "addressing" in server && server.addressing !== undefined,
  },
  { before: "mailbox", why: "what follows is asked in the name of a mailbox", applies: ({ isApi }) => isApi },
];

/** Where a test that names no mailbox stops; `null`: it runs to the end. */
export function endWithoutMailbox(
  { oauth, ...settings }: Pick<ProfileSettings, "inbound" | "outbound" | "oauth">,
  direction: "inbound" | "outbound",
): TestEnd | null {
  const server = settings[direction];
  const { apiOf, fields } = connectorDescriptors[server.protocol];
  const isApi = apiOf !== null || (fields as readonly string[]).includes("apiUrl");
  const found = rules.find(({ applies }) => applies({ server, flow: oauth?.flow, isApi }));
  return found ? { before: found.before, why: `no mailbox is named, and ${found.why}` } : null;
}
