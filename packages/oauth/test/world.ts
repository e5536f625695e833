import { createHash } from "node:crypto";
import { type Failure, type OAuthClient, type Sealed, Secret, sealedFor, tokenDestination } from "@mailfleet/contracts";
import { createGuardedFetch } from "@mailfleet/http";
import { type OAuthDouble, type OAuthDoubleOptions, startOAuthDouble } from "@mailfleet/local/doubles";
import { createTokens, type TokenPorts } from "../src/index.ts";
import type { Consent, OAuthCredentials } from "../src/ports.ts";

/** The mailbox of all tests. */
export const mailbox = { id: "mb_1", address: "ann@example.test" };
export const redirectUri = "http://127.0.0.1/oauth/callback";
export const gmail = "https://mail.google.com/";
export const patient = () => AbortSignal.timeout(20_000);

const verifier = "v".repeat(43);
const challenge = createHash("sha256").update(verifier).digest("base64url");

/** A sealed form that anybody can open who names the right owner. */
export const seal = (text: string, aad: string): Sealed => ({
  protected: "",
  encrypted_key: "",
  iv: "",
  ciphertext: Buffer.from(text).toString("base64url"),
  tag: Buffer.from(text).toString("base64url").slice(-20),
  aad: Buffer.from(aad).toString("base64url"),
});

/** Opens what `seal` sealed. */
export const open = async (sealed: Sealed, aad: string): Promise<Secret> => {
  if (Buffer.from(sealed.aad, "base64url").toString() !== aad) throw new Error("sealed for another purpose");
  return new Secret(Buffer.from(sealed.ciphertext, "base64url").toString());
};

/** What `config` does with one grant. */
export class Grants {
  v = 1;
  refreshToken: string;
  lease: string | null = null;
  ended: Parameters<TokenPorts["grants"]["endRefresh"]>[0][] = [];
  failure: Failure | undefined;
  /** Where the grant was given, and so the only place that it is sent to. */
  readonly destination: string;
  constructor(refreshToken: string, tokenEndpoint: string) {
    this.refreshToken = refreshToken;
    this.destination = tokenDestination(tokenEndpoint);
  }
  beginRefresh: TokenPorts["grants"]["beginRefresh"] = async ({ mailboxId, v }) => {
    if (v !== this.v) return { outcome: "changed" };
    if (this.lease) return { outcome: "busy" };
    this.lease = crypto.randomUUID();
    const aad = sealedFor(mailboxId, "oauth-grant", this.destination);
    return { outcome: "yours", lease: this.lease, refreshToken: seal(this.refreshToken, aad) };
  };
  endRefresh: TokenPorts["grants"]["endRefresh"] = async (input) => {
    if (this.lease !== input.lease) return { kept: false };
    this.lease = null;
    this.ended.push(input);
    this.failure = input.failure;
    if (input.refreshToken)
      this.refreshToken = (await open(input.refreshToken, sealedFor("mb_1", "oauth-grant", this.destination))).reveal();
    return { kept: true };
  };
}

/** An authorization server with one account and one application, and what tests do with them. */
export async function startWorld(options: OAuthDoubleOptions = {}) {
  const double: OAuthDouble = await startOAuthDouble(options);
  const fetch = createGuardedFetch({
    privateNetworks: ["127.0.0.0/8"],
    ...(double.certificate ? { trustedCertificates: double.certificate } : {}),
  });
  double.addAccount(mailbox.address);
  const { clientId, clientSecret } = double.addClient();
  const secretOf = (
    kind: NonNullable<OAuthClient["secret"]>["kind"],
    text: string,
    tokenEndpoint = double.endpoints.token,
  ): OAuthClient["secret"] => ({
    kind,
    sealed: seal(text, sealedFor("pf_1", "oauth-client", tokenDestination(tokenEndpoint))),
    owner: "pf_1",
    purpose: "oauth-client",
  });
  const clientOf = (more: Partial<OAuthClient> = {}): OAuthClient => ({
    provider: "google",
    flow: "sign-in",
    clientId,
    clientAuthentication: "secret",
    secret: secretOf("client-secret", clientSecret),
    issuer: double.endpoints.issuer,
    authorizationEndpoint: double.endpoints.authorization,
    tokenEndpoint: double.endpoints.token,
    deviceAuthorizationEndpoint: double.endpoints.deviceAuthorization,
    apiUrl: null,
    scopes: [gmail],
    ...more,
  });
  const consentOf = (client = clientOf(), more: Partial<Consent> = {}): Consent => ({
    consentId: "cs_1",
    mailboxId: mailbox.id,
    address: mailbox.address,
    by: "test",
    client,
    redirectUri,
    verifier: seal(verifier, `${mailbox.id}|oauth-verifier`),
    device: null,
    ...more,
  });
  const credentialsOf = (client = clientOf(), v: number | null = 1): OAuthCredentials => ({
    type: "oauth",
    holder: mailbox.id,
    username: mailbox.address,
    client,
    grant: v === null ? null : { v },
  });
  const tokensOf = (grants = new Grants("", double.endpoints.token), more: Partial<TokenPorts> = {}) =>
    createTokens({
      fetch,
      open,
      seal: async (secret, aad) => seal(secret.reveal(), aad),
      grants,
      certificateRead: nothing,
      now: Date.now,
      owner: "test",
      logger: silent,
      ...more,
    });
  return {
    double,
    fetch,
    clientId,
    clientSecret,
    challenge,
    secretOf,
    clientOf,
    consentOf,
    credentialsOf,
    tokensOf,
    tokenRequests: () => double.requests.filter(({ path }) => path.endsWith("/token")),
    stop: async () => {
      await fetch.close();
      await double.stop();
    },
  };
}

export type World = Awaited<ReturnType<typeof startWorld>>;

const nothing = () => undefined;
const silent = {
  trace: nothing,
  debug: nothing,
  info: nothing,
  warn: nothing,
  error: nothing,
  fatal: nothing,
} as never;
