import {
  type EwsDouble,
  type GmailDouble,
  type GraphDouble,
  type OAuthDouble,
  startEwsDouble,
  startGmailDouble,
  startGraphDouble,
  startOAuthDouble,
} from "../doubles/index.ts";
import { isPortFree } from "../engines/free-port.ts";

/** The doubles of Google and Microsoft on loopback, for the demo and for rehearsing a set-up. */
export interface ProviderHouse {
  readonly oauth: OAuthDouble;
  readonly gmail: GmailDouble;
  readonly graph: GraphDouble;
  /** With `serviceAccount` beside the accounts. */
  readonly exchange: EwsDouble;
  /** Endpoints as a Gmail profile's `oauth` names them. */
  readonly endpoints: {
    readonly issuer: string;
    readonly authorization: string;
    readonly token: string;
    readonly api: string;
  };
  stop(): Promise<void>;
}

/** What every service needs to reach the doubles: nothing on loopback is allowed by default. */
export const doublesReachable = { MAILFLEET_ALLOWED_PRIVATE_NETWORKS: "127.0.0.0/8" } as const;

/** The account of the double of Exchange that may impersonate every mailbox. */
export const serviceAccount = {
  username: "EXAMPLE\\svc-mailfleet",
  address: "svc-mailfleet@example.test",
  password: "svc-mailfleet-secret",
} as const;

/** Where the doubles are found again tomorrow: a profile names them. */
const usualPorts = { oauth: 8481, gmail: 8482, graph: 8483, exchange: 8484 } as const;

/** Starts the doubles with these accounts; at their usual ports, if they are free, only when they are to be found again. */
export async function startProviderHouse(
  accounts: readonly { readonly address: string; readonly password: string }[],
  { atUsualPorts = false } = {},
): Promise<ProviderHouse> {
  const portOf = async (name: keyof typeof usualPorts) =>
    atUsualPorts && (await isPortFree(usualPorts[name])) ? usualPorts[name] : 0;
  const oauth = await startOAuthDouble({ port: await portOf("oauth") });
  const mailboxes = accounts.map(({ address }) => address);
  for (const address of mailboxes) oauth.addAccount(address);
  const { address, password } = serviceAccount;
  const [gmail, graph, exchange] = await Promise.all([
    startGmailDouble({ oauth, mailboxes, port: await portOf("gmail") }),
    startGraphDouble({ oauth, mailboxes, port: await portOf("graph") }),
    startEwsDouble({
      accounts: [...accounts, { address, password, impersonates: true, mailbox: false }],
      port: await portOf("exchange"),
    }),
  ]);
  const { issuer, authorization, token } = oauth.endpoints;
  return {
    ...{ oauth, gmail, graph, exchange },
    endpoints: { issuer, authorization, token, api: gmail.url },
    stop: async () => {
      await Promise.all([gmail.stop(), graph.stop(), exchange.stop(), oauth.stop()]);
    },
  };
}
