import { FailureError, failureOf, ProblemError, type Secret, sealedFor, tokenDestination } from "@mailfleet/contracts";
import { type CryptoKey, importPKCS8 } from "jose";
import { type ClientAuth, ClientSecretPost, modifyAssertion, None, PrivateKeyJwt } from "oauth4webapi";
import { clientPrivateKey } from "./client-certificate.ts";
import type { Client, RequestPorts } from "./ports.ts";

/** How an application authenticates, and the secrets to remove from anything the server says. */
export interface ClientProof {
  readonly authenticate: ClientAuth;
  readonly secrets: readonly Secret[];
}

/** Microsoft recommends it, others take it (RFC 7518 §3.5). */
const algorithm = "PS256";

/**
 * Opens what the application authenticates with: a secret in the body (RFC 6749 §2.3.1), an assertion signed with the
 * key of its certificate (RFC 7523 §2.2), or nothing. Throws `FailureError` CLIENT_SECRET_MISSING.
 */
export async function proveClient(ports: Pick<RequestPorts, "open">, client: Client): Promise<ClientProof> {
  switch (client.clientAuthentication) {
    case "none":
      return { authenticate: None(), secrets: [] };
    case "secret": {
      const secret = await openClientSecret(ports, client, "client-secret");
      return { authenticate: ClientSecretPost(secret.reveal()), secrets: [secret] };
    }
    case "certificate":
      return { authenticate: await assertionOf(ports, client), secrets: [] };
  }
}

/** The secret of this kind. Throws `FailureError` CLIENT_SECRET_MISSING if there is none or it is of another kind. */
export async function openClientSecret(
  { open }: Pick<RequestPorts, "open">,
  { secret, tokenEndpoint }: Client,
  kind: NonNullable<Client["secret"]>["kind"],
): Promise<Secret> {
  if (secret?.kind !== kind) throw new FailureError(failureOf("CLIENT_SECRET_MISSING"));
  return open(secret.sealed, sealedFor(secret.owner, secret.purpose, tokenDestination(tokenEndpoint)));
}

async function assertionOf(ports: Pick<RequestPorts, "open">, client: Client): Promise<ClientAuth> {
  const pem = await openClientSecret(ports, client, "client-certificate");
  const key = await importKey(pem);
  return PrivateKeyJwt(key, {
    [modifyAssertion]: (header, payload) => {
      header.typ = "JWT";
      if (client.secret?.thumbprint) header["x5t#S256"] = client.secret.thumbprint;
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
