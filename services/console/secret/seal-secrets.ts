import { createHmac, type Hmac } from "node:crypto";
import {
  type AnyNoun,
  type Credentials,
  type Destinations,
  type OAuthSecret,
  type RequestName,
  type Sealed,
  type SealedMailboxCredentials,
  type SealedOAuthSecret,
  Secret,
  type SecretField,
  type SigningSecret,
  sealedFor,
  secretDestination,
} from "@mailfleet/contracts";
import { bearerOf } from "../http/authenticate.ts";
import type { Call } from "../http/route.ts";
import type { ConsolePorts } from "../ports.ts";
import { refuseOverPlainHttp } from "./plain-http.ts";

type Purpose = SecretField["purpose"];

/** What is written: a new object, or a change of one that is there. Secrets are taken out of the body already. */
export interface Written {
  readonly id: string | undefined;
  readonly body: Readonly<Record<string, unknown>>;
  readonly isNew: boolean;
}

/** Secrets of the notification mail server and of webhooks, which other services must not be able to open. */
const notifyPurposes: readonly Purpose[] = ["relay-password", "notify-oauth", "webhook-signing"];

/**
 * Takes the secrets out of what was sent and seals them for their owner, purpose and destination, which the owner of
 * the noun says. The only place where the console touches one. `null` (take it away) and absent (leave it) pass.
 * `sealed` also holds the `secretsHash` of the command. @throws PLAIN_HTTP, KEY_*, CERTIFICATE_UNUSABLE, what asking
 * for the destinations throws
 */
export async function sealSecrets(
  call: Call,
  noun: AnyNoun,
  { id, body, isNew }: Written,
): Promise<{ rest: Record<string, unknown>; sealed: Record<string, unknown> }> {
  const entries = Object.entries(body).filter(([, value]) => value !== undefined);
  const isSecret = ([name]: [string, unknown]) => name in noun.secrets;
  const rest = Object.fromEntries(entries.filter((entry) => !isSecret(entry)));
  const sealed = Object.fromEntries(entries.filter(isSecret));
  const sent = Object.entries(sealed).filter(([, value]) => value !== null);
  if (sent.length === 0) return { rest, sealed };
  refuseOverPlainHttp(call);
  const { to, holder = id ?? "", projectId } = await destinationsOf(call, noun, { id, body: rest, isNew });
  for (const [name, value] of sent) {
    const { kind, purpose } = noun.secrets[name] as SecretField;
    const place = to[name] ?? "";
    const seal = (text: string, destination: string) => sealOne(call, holder, purpose, destination, text);
    if (kind === "oauth-secret") {
      const { text, ...shown } = await readOAuthSecret(call, value as OAuthSecret, projectId);
      const destination = secretDestination(String(place), shown.keyVault);
      sealed[name] = { ...shown, secret: await seal(text, destination) } satisfies SealedOAuthSecret;
      continue;
    }
    if (kind === "signing-secret") {
      sealed[name] = { secret: await seal((value as SigningSecret).secret, String(place)) };
      continue;
    }
    const credentials = value as Credentials;
    if (typeof place !== "string") sealed[name] = await sealMailboxCredentials(call, holder, credentials, place);
    else sealed[name] = { username: credentials.username, password: await seal(credentials.password, place) };
  }
  return { rest, sealed: { ...sealed, secretsHash: keyedHash(call, sent) } };
}

/**
 * By this a repeated command with another password is told from a repetition. The key is the caller's token, which is
 * kept nowhere: somebody who reads the database cannot try out passwords.
 */
function keyedHash(call: Pick<Call, "headers">, sent: unknown): string {
  return secretsHasher(call).update(JSON.stringify(sent)).digest("base64url");
}

/** Begins such a hash, for what is read piece by piece. */
export function secretsHasher({ headers }: Pick<Call, "headers">): Hmac {
  const key = bearerOf(headers.authorization?.toString()) ?? "";
  return createHmac("sha256", key).update("secrets of a command");
}

/** Seals a mailbox's password, once for each of its two servers. Whoever calls it has refused plain HTTP. */
export async function sealMailboxCredentials(
  ports: SealingPorts,
  mailboxId: string,
  { username, password }: Credentials,
  to: Readonly<Record<"inbound" | "outbound", string>>,
): Promise<SealedMailboxCredentials> {
  const seal = (destination: string) => sealOne(ports, mailboxId, "mailbox-password", destination, password);
  return { username, passwords: { inbound: await seal(to.inbound), outbound: await seal(to.outbound) } };
}

/** Where the secrets go after what is written. A noun whose owner does not say binds them to no place. */
async function destinationsOf(call: Call, noun: AnyNoun, { id, body, isNew }: Written): Promise<Destinations> {
  if (!noun.standard.includes("destinations")) return { to: {} };
  const change = Object.keys(body).length > 0 ? { change: body } : {};
  const written = isNew ? { new: body } : { ...(noun.single ? {} : { id }), ...change };
  return (await call.ask(`${noun.owner}.${noun.name}.destinations` as RequestName, written as never)) as Destinations;
}

type SealingPorts = Pick<ConsolePorts, "sealer" | "notifySealer">;

function sealOne(ports: SealingPorts, ownerId: string, purpose: Purpose, destination: string, text: string) {
  const sealer = notifyPurposes.includes(purpose) ? ports.notifySealer : ports.sealer;
  return sealer.seal(new Secret(text), sealedFor(ownerId, purpose, destination));
}

/** Checks how an application proves itself: the text to seal, and what may be shown of it. */
async function readOAuthSecret(
  { oauthSecrets }: Pick<ConsolePorts, "oauthSecrets">,
  { clientSecret = "", certificate, keyVault, serviceAccountKey }: OAuthSecret,
  projectId: string | undefined,
): Promise<Omit<SealedOAuthSecret, "secret"> & { text: string }> {
  if (serviceAccountKey !== undefined) {
    const text = typeof serviceAccountKey === "string" ? serviceAccountKey : JSON.stringify(serviceAccountKey);
    const key = await oauthSecrets.serviceAccountKey(text, projectId);
    return { kind: "service-account-key", text: key.text, serviceAccount: key.shown };
  }
  if (keyVault !== undefined) {
    const { clientSecret: text, ...reference } = keyVault;
    return { kind: "key-vault-certificate", text, keyVault: reference };
  }
  if (certificate === undefined) return { kind: "client-secret", text: clientSecret };
  const { text, ...shown } = await oauthSecrets.clientCertificate(certificate);
  return { kind: "client-certificate", text, certificate: shown };
}

/** Seals what belongs to one sign-in of a mailbox's user. @throws PLAIN_HTTP */
export async function sealForSignIn(
  ports: Pick<ConsolePorts, "sealer" | "secretsAllowed">,
  mailboxId: string,
  purpose: "oauth-code" | "oauth-verifier",
  secret: string,
): Promise<Sealed> {
  refuseOverPlainHttp(ports);
  return ports.sealer.seal(new Secret(secret), sealedFor(mailboxId, purpose));
}
