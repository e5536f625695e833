import { chmod, writeFile } from "node:fs/promises";
import { join } from "node:path";
import {
  type GmailDouble,
  type GraphDouble,
  type OAuthDouble,
  startGmailDouble,
  startGraphDouble,
  startOAuthDouble,
} from "../doubles/index.ts";

/** The doubles of Google and Microsoft on loopback, for the demo and for rehearsing a set-up. */
export interface ProviderHouse {
  readonly oauth: OAuthDouble;
  readonly gmail: GmailDouble;
  readonly graph: GraphDouble;
  /** Endpoints as a profile's `oauth` names them. */
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

/** Starts the doubles with these accounts. */
export async function startProviderHouse(accounts: readonly string[]): Promise<ProviderHouse> {
  const oauth = await startOAuthDouble();
  for (const account of accounts) oauth.addAccount(account);
  const [gmail, graph] = await Promise.all([
    startGmailDouble({ oauth, mailboxes: accounts }),
    startGraphDouble({ oauth, mailboxes: accounts }),
  ]);
  const { issuer, authorization, token } = oauth.endpoints;
  return {
    ...{ oauth, gmail, graph },
    endpoints: { issuer, authorization, token, api: gmail.url },
    stop: async () => {
      await Promise.all([gmail.stop(), graph.stop(), oauth.stop()]);
    },
  };
}

/** Writes what a person needs for a rehearsal, readable by nobody else. Returns the file's path. */
export async function writeRehearsal(folder: string, house: ProviderHouse, redirectUri: string): Promise<string> {
  const file = join(folder, "gmail-rehearsal.json");
  const client = house.oauth.addClient({ redirectUris: [redirectUri] });
  const rehearsal = { ...client, redirectUri, endpoints: house.endpoints };
  await writeFile(file, `${JSON.stringify(rehearsal, null, 2)}\n`, { mode: 0o600 });
  // An older file keeps its mode when it is written again.
  await chmod(file, 0o600);
  return file;
}
