import {
  FailureError,
  failureOf,
  ProblemError,
  type Secret,
  sealedFor,
  secretDestination,
  tokenDestination,
} from "@mailfleet/contracts";
import { type CryptoKey, importPKCS8 } from "jose";
import { type ClientAuth, ClientSecretPost, modifyAssertion, None, PrivateKeyJwt } from "oauth4webapi";
import { clientPrivateKey, readClientCertificate } from "./client-certificate.ts";
import type { Client, RequestPorts } from "./ports.ts";

/** How an application authenticates, and the secrets to remove from anything the server says. */
export interface ClientProof {
  readonly authenticate: ClientAuth;
  readonly secrets: readonly Secret[];
  /** After it was refused: another one if there is one by now, as when a certificate was renewed in its key vault. */
  another?(): Promise<ClientProof | null>;
}

/** What it takes to prove an application. */
type Proving = Pick<RequestPorts, "open" | "now" | "certificates">;

/** Microsoft recommends it, others take it (RFC 7518 §3.5). */
const algorithm = "PS256";

/**
 * Opens what the application authenticates with: a secret in the body (RFC 6749 §2.3.1), an assertion signed with the
 * key of its certificate (RFC 7523 §2.2), or nothing. A certificate in a key vault is read there. Throws `FailureError`
 * CLIENT_SECRET_MISSING, KEY_VAULT_*, and what the network does.
 */
export async function proveClient(ports: Proving, client: Client, signal: AbortSignal): Promise<ClientProof> {
  switch (client.clientAuthentication) {
    case "none":
      return { authenticate: None(), secrets: [] };
    case "secret": {
      const secret = await openClientSecret(ports, client, "client-secret");
      return { authenticate: ClientSecretPost(secret.reveal()), secrets: [secret] };
    }
    case "certificate":
      if (client.secret?.kind === "key-vault-certificate") return proveByVault(ports, client, null, signal);
      return {
        authenticate: await assertionOf(client, await openClientSecret(ports, client, "client-certificate")),
        secrets: [],
      };
  }
}

async function proveByVault(
  ports: Proving,
  client: Client,
  refused: Secret | null,
  signal: AbortSignal,
): Promise<ClientProof> {
  const pem = await ports.certificates.get(client, { refused, signal });
  const { thumbprint } = readClientCertificate(pem.reveal(), ports.now());
  return {
    authenticate: await assertionOf(client, pem, thumbprint),
    secrets: [],
    another: async () => {
      const newer = await ports.certificates.get(client, { refused: pem, signal });
      return newer.reveal() === pem.reveal() ? null : proveByVault(ports, client, null, signal);
    },
  };
}

/** The secret of this kind. Throws `FailureError` CLIENT_SECRET_MISSING if there is none or it is of another kind. */
export async function openClientSecret(
  { open }: Pick<RequestPorts, "open">,
  { secret, tokenEndpoint }: Client,
  kind: NonNullable<Client["secret"]>["kind"],
): Promise<Secret> {
  if (secret?.kind !== kind) throw new FailureError(failureOf("CLIENT_SECRET_MISSING"));
  const destination = secretDestination(tokenDestination(tokenEndpoint), secret.keyVault);
  return open(secret.sealed, sealedFor(secret.owner, secret.purpose, destination));
}

async function assertionOf(client: Client, pem: Secret, thumbprint = client.secret?.thumbprint): Promise<ClientAuth> {
  const key = await importKey(pem);
  return PrivateKeyJwt(key, {
    [modifyAssertion]: (header, payload) => {
      header.typ = "JWT";
      if (thumbprint) header["x5t#S256"] = thumbprint;
      // Microsoft expects its token endpoint as the audience, others their issuer (RFC 7523 §3).
      if (client.provider === "microsoft") payload.aud = client.tokenEndpoint;
    },
  });
}

async function importKey(pem: Secret): Promise<CryptoKey> {
  try {
    const text = clientPrivateKey(pem.reveal()).export({ type: "pkcs8", format: "pem" }).toString();
    return await importPKCS8(text, algorithm);
  } catch (error) {
    const reply = error instanceof ProblemError ? error.problem.detail : "the private key cannot be used";
    throw new FailureError(failureOf("CREDENTIALS_UNREADABLE", { reply }));
  }
}
