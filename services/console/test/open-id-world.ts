import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createGuardedFetch } from "@mailfleet/http";
import { type OAuthDouble, startOAuthDouble } from "@mailfleet/local/doubles";
import { tempDir } from "@mailfleet/local/testing";
import { type OpenIdSignIn, readOpenId } from "../admin-page/open-id.ts";

/** A provider with people and groups, and the sign-in of a console there. */
export interface OpenIdWorld {
  readonly provider: OAuthDouble;
  readonly openId: OpenIdSignIn;
  /** Tells the provider where this console is. */
  register(consoleUrl: string): void;
  stop(): Promise<void>;
}

/** People of the provider, by what their groups give them. */
export const people = {
  administrator: "ada@example.test",
  operator: "bob@example.test",
  nothing: "eve@example.test",
} as const;

/** Starts the provider. Whoever starts it calls `stop`. */
export async function startOpenIdWorld(): Promise<OpenIdWorld> {
  const provider = await startOAuthDouble();
  provider.addAccount(people.administrator, ["staff", "mail-admins"]);
  provider.addAccount(people.operator, ["helpdesk", "readers"]);
  provider.addAccount(people.nothing, ["staff"]);
  const fetch = createGuardedFetch({ privateNetworks: ["127.0.0.0/8"] });
  const { clientId, clientSecret: secret } = provider.addClient();
  const folder = await tempDir("open-id");
  const oidcClientSecretFile = join(folder.path, "client-secret");
  await writeFile(oidcClientSecretFile, `${secret}\n`);
  const openId = await readOpenId(
    {
      ...{ oidcIssuer: provider.issuer, oidcClientId: clientId, oidcClientSecretFile, oidcName: "Example" },
      ...{ oidcScopes: "openid profile email", oidcGroupsClaim: "groups" },
      oidcSignOut: "provider",
      oidcRoles: { readers: "reader", helpdesk: "operator", "mail-admins": "administrator" },
    },
    fetch,
    Date.now,
  );
  if (!openId) throw new Error("there is no sign-in");
  return {
    provider,
    openId,
    register: (consoleUrl) =>
      void provider.addClient({ clientId, secret, redirectUris: [`${consoleUrl}/admin/sign-in/callback`] }),
    stop: async () => void (await Promise.all([fetch.close(), provider.stop(), folder.remove()])),
  };
}
