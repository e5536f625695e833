import { chmod, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type ProviderHouse, serviceAccount } from "./demo/provider-house.ts";

/** What a rehearsal goes on. */
export interface Rehearsal {
  readonly house: ProviderHouse;
  /** The folder of the stack's data. */
  readonly folder: string;
  readonly consoleUrl: string;
  /** An address that the doubles have a mailbox for. */
  readonly address: string;
  /** A file as a person types it. */
  shown(file: string): string;
}

/** How to go through the set-up of each provider with its double, in lines for the terminal. */
export const rehearsals = {
  gmail: async ({ house, folder, consoleUrl, shown }: Rehearsal): Promise<string> => {
    const file = await writeGmailClient(folder, house, `${consoleUrl}/oauth/callback`);
    const { issuer, authorization, token, api } = house.endpoints;
    return `Doubles of Google's services are running, so that you can rehearse a set-up (docs/gmail.md). Every sandbox address has an account there.
  client id, secret    ${shown(file)}
  endpoints            issuer ${issuer}
                       authorization ${authorization}
                       token ${token}
                       api ${api}
A profile names them in oauth.endpoints; the sign-in page of the double takes any account above.
`;
  },
  exchange: async ({ house, address }: Rehearsal): Promise<string> => {
    const { username, password } = serviceAccount;
    const server = ["inbound", "outbound"].map(
      (direction) => `--${direction}-api-url ${house.exchange.url} --${direction}-security none`,
    );
    return `A double of Exchange Server is running, so that you can rehearse a set-up (docs/exchange-server.md). Every sandbox address has a mailbox there.
  address of the API   ${house.exchange.url} (Negotiate with NTLM inside, NTLM, Basic; no encryption)
  service account      ${username} (${password}), which may impersonate every mailbox
  in another terminal  echo ${password} | npx mailfleet profile create --name Exchange --type exchange-server \\
                         ${server.join(" \\\n                         ")} \\
                         --inbound-username '${username}' --outbound-username '${username}' --password-stdin
${mailboxLines("Exchange", address)}
`;
  },
  "exchange-online": async ({ house, address }: Rehearsal): Promise<string> => {
    const tenant = "example.test";
    const { clientId, clientSecret } = house.oauth.addClient({
      clientId: "6c1f2b8e-3f2a-4b7d-9d7a-2f6f0a0f9c11",
      secret: "exchange-online-secret",
    });
    const { token } = house.oauth.tenant(tenant);
    return `Doubles of Microsoft Entra and Graph are running, so that you can rehearse a set-up (docs/exchange-online.md). Every sandbox address has a mailbox there.
  application          ${clientId} (${clientSecret}) of the tenant ${tenant}, with every permission
  endpoints            token ${token}
                       api ${house.graph.url}
  in another terminal  echo ${clientSecret} | npx mailfleet profile create --name "Exchange Online" --type exchange-online \\
                         --flow application --tenant ${tenant} --client-id ${clientId} --client-secret-file - \\
                         --token-url ${token} --api-url ${house.graph.url}
${mailboxLines('"Exchange Online"', address)}
`;
  },
} as const;

/** A mailbox of the profile, enabled; it writes to itself. */
function mailboxLines(profile: string, address: string): string {
  return [
    `npx mailfleet mailbox create ${address} --profile ${profile}`,
    `npx mailfleet mailbox approve ${address} && npx mailfleet mailbox test-and-enable ${address} --wait`,
    `npx mailfleet send ${address} --to ${address} --subject Hello --text "It works" --wait`,
    `npx mailfleet mailbox sync-now ${address} && npx mailfleet messages list ${address}`,
  ]
    .map((line) => `                       ${line}`)
    .join("\n");
}

/** Writes the client of the double of Google, readable by nobody else. Returns the file's path. */
async function writeGmailClient(folder: string, house: ProviderHouse, redirectUri: string): Promise<string> {
  const file = join(folder, "gmail-rehearsal.json");
  const client = house.oauth.addClient({ redirectUris: [redirectUri] });
  const rehearsal = { ...client, redirectUri, endpoints: house.endpoints };
  await writeFile(file, `${JSON.stringify(rehearsal, null, 2)}\n`, { mode: 0o600 });
  // An older file keeps its mode when it is written again.
  await chmod(file, 0o600);
  return file;
}
