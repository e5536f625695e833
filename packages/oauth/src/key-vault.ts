import {
  type CertificateShown,
  type FailureCode,
  FailureError,
  failureOf,
  ProblemError,
  Secret,
} from "@mailfleet/contracts";
import { failureOfStatus } from "@mailfleet/http";
import { readClientCertificate } from "./client-certificate.ts";
import { Unreadable } from "./der.ts";
import { readPkcs12 } from "./pkcs12.ts";
import type { Client, RequestPorts, TokenPorts, VaultCertificates } from "./ports.ts";
import { createTokenCache } from "./token-cache.ts";
import { readAnswer, requestToken } from "./token-endpoint.ts";
import type { RefusedAnswer } from "./token-failure.ts";

/** Of Key Vault's data plane ("Get Secret"). */
const apiVersion = "7.4";
/** Time limit of one request to the vault, and what its answer may have: a secret has at most 25 KB. */
const requestMs = 10_000;
const maximumBytes = 64 * 1024;
/** So long a certificate is used before the vault is asked for a newer one, and longer while the vault does not answer. */
const keptMs = 60 * 60_000;

type Vault = NonNullable<NonNullable<Client["secret"]>["keyVault"]>;

/** A certificate with its key, as PEM. */
interface VaultCertificate extends CertificateShown {
  readonly pem: Secret;
  /** The version that the vault gave. */
  readonly version: string;
}

/** See `VaultCertificates`. Nothing is in memory at first. */
export function createVaultCertificates(
  given: Omit<RequestPorts, "certificates"> & Pick<TokenPorts, "logger" | "certificateRead">,
): VaultCertificates {
  const cache = createTokenCache(
    () => given.now(),
    (reason) => {
      if (!passes(reason)) return false;
      given.logger.warn({ err: reason }, "the key vault does not answer: the certificate in memory is used on");
      return true;
    },
  );
  const certificates: VaultCertificates = {
    get: (client, wanted) => {
      const { keyVault, sealed } = secretOf(client);
      const key = JSON.stringify([keyVault, client.tokenEndpoint, sealed.tag]);
      return cache.get(key, wanted, async (shared) => {
        const { pem, expiresAt } = await read(client, shared);
        return { token: pem, endsAt: expiresAt, renewAt: Math.min(expiresAt, given.now() + keptMs) };
      });
    },
    async describe(client, signal) {
      const { url, certificateName } = secretOf(client).keyVault;
      const { expiresAt, version } = await read(client, signal);
      const until = new Date(expiresAt).toISOString().slice(0, 10);
      return `${certificateName} at ${new URL(url).host}, version ${version || "unknown"}, valid until ${until}`;
    },
  };
  const ports: RequestPorts = { ...given, certificates };
  async function read(client: Client, signal: AbortSignal): Promise<VaultCertificate> {
    const { owner, sealed } = secretOf(client);
    const found = await readVault(ports, client, signal);
    const { thumbprint, expiresAt } = found;
    given.certificateRead({ owner, secret: sealed.tag, certificate: { thumbprint, expiresAt } });
    return found;
  }
  return certificates;
}

/** An outage of the vault, or of what leads to it: nothing that somebody decided, and nothing about the certificate. */
function passes(reason: unknown): boolean {
  if (!(reason instanceof FailureError)) return reason instanceof DOMException && reason.name === "TimeoutError";
  const { kind, code } = reason.failure;
  return kind === "transient" || kind === "throttled" || code === "HOST_NOT_FOUND";
}

/** Asks for a token of the application that may read the vault, and then the vault. */
async function readVault(ports: RequestPorts, client: Client, signal: AbortSignal): Promise<VaultCertificate> {
  const { keyVault: vault } = secretOf(client);
  const token = await vaultToken(ports, client, signal);
  const { certificateName: name, certificateVersion: version } = vault;
  const url = new URL(["/secrets", name, ...(version ? [version] : [])].join("/"), vault.url);
  url.searchParams.set("api-version", apiVersion);
  const response = await ports.fetch(url, {
    headers: { authorization: `Bearer ${token.reveal()}`, accept: "application/json" },
    ...{ signal, timeoutMs: requestMs, maximumBytes },
  });
  const answer = await readAnswer(response);
  if (answer.status !== 200) throw vaultRefusal(answer, { url: url.href, now: ports.now(), token });
  const { value, contentType, id } = answer.json ?? {};
  if (typeof value !== "string" || value === "") throw unusable(vault, "the answer holds no secret");
  const pem = await asPem(vault, value, typeof contentType === "string" ? contentType : "");
  const { thumbprint, expiresAt } = readCertificate(vault, pem, ports.now());
  return { pem: new Secret(pem), thumbprint, expiresAt, version: /\/([0-9a-f]{32})$/i.exec(String(id))?.[1] ?? "" };
}

async function vaultToken(ports: RequestPorts, client: Client, signal: AbortSignal): Promise<Secret> {
  const secret = secretOf(client);
  const reader: Client = {
    ...client,
    clientId: secret.keyVault.clientId,
    clientAuthentication: "secret",
    secret: { ...secret, kind: "client-secret" },
  };
  try {
    const { accessToken } = await requestToken(ports, reader, {
      kind: "application",
      grantType: "client_credentials",
      parameters: { scope: secret.keyVault.scope },
      signal,
    });
    return accessToken;
  } catch (error) {
    if (!(error instanceof FailureError) || error.failure.code !== "CLIENT_REJECTED") throw error;
    throw new FailureError(failureOf("KEY_VAULT_CLIENT_REJECTED", error.failure.evidence), { cause: error });
  }
}

/** What Key Vault's own error codes and statuses mean ("Azure Key Vault REST API error codes"). */
const byInnerCode: Readonly<Record<string, FailureCode>> = {
  SecretDisabled: "KEY_VAULT_CERTIFICATE_DISABLED",
  ForbiddenByFirewall: "KEY_VAULT_FIREWALL",
  ForbiddenByConnection: "KEY_VAULT_FIREWALL",
};
const byStatus: Readonly<Record<number, FailureCode>> = {
  401: "KEY_VAULT_TOKEN_REFUSED",
  403: "KEY_VAULT_ACCESS_DENIED",
  404: "KEY_VAULT_CERTIFICATE_NOT_FOUND",
};

function vaultRefusal(
  { status, headers, body, json }: RefusedAnswer,
  { url, now, token }: { url: string; now: number; token: Secret },
): FailureError {
  const error = fieldsOf(json?.error);
  const inner = String(fieldsOf(error.innererror).code ?? "");
  const said = [error.code, inner, error.message].filter((one) => typeof one === "string" && one !== "").join(": ");
  // Whom the vault trusts is told, and never asked: a token of another authority is not for it to choose.
  const trusts = status === 401 ? authorityIn(headers.get("www-authenticate")) : "";
  const words = `${trusts}${said || body}`;
  const usual = failureOfStatus({ status, headers, body: words, url, now, secrets: [token] });
  const code = (status === 403 ? byInnerCode[inner] : undefined) ?? byStatus[status];
  return new FailureError(code ? failureOf(code, usual.evidence) : usual);
}

function authorityIn(challenge: string | null): string {
  const [, authority = ""] = /\bauthorization(?:_uri)?="([^"]{1,200})"/i.exec(challenge?.slice(0, 4000) ?? "") ?? [];
  return authority ? `the vault trusts ${authority}; ` : "";
}

/** The text of a secret as PEM; Key Vault writes PKCS #12 in base64, or PEM itself. */
async function asPem(vault: Vault, value: string, contentType: string): Promise<string> {
  if (/^application\/x-pem-file\b/i.test(contentType)) {
    if (!value.includes("PRIVATE KEY-----")) throw unusable(vault, "it has no private key: the key is not exportable");
    return value;
  }
  if (!/^application\/x-pkcs12\b/i.test(contentType))
    throw unusable(vault, `it is ${contentType.slice(0, 100) || "of no content type"} and no certificate`);
  try {
    return await readPkcs12(Buffer.from(value, "base64"));
  } catch (error) {
    if (error instanceof Unreadable) throw unusable(vault, error.message);
    throw error;
  }
}

function readCertificate(vault: Vault, pem: string, now: number): CertificateShown {
  try {
    return readClientCertificate(pem, now);
  } catch (error) {
    if (error instanceof ProblemError) throw unusable(vault, error.problem.detail);
    throw error;
  }
}

function unusable({ url, certificateName }: Vault, why: string): FailureError {
  const reply = `${certificateName} at ${new URL(url).host}: ${why}`.slice(0, 500);
  return new FailureError(failureOf("KEY_VAULT_CERTIFICATE_UNUSABLE", { host: new URL(url).hostname, reply }));
}

function secretOf({ secret }: Client) {
  if (secret?.kind !== "key-vault-certificate" || !secret.keyVault)
    throw new FailureError(failureOf("CLIENT_SECRET_MISSING"));
  return { ...secret, keyVault: secret.keyVault };
}

const fieldsOf = (value: unknown): Readonly<Record<string, unknown>> =>
  value !== null && typeof value === "object" ? (value as Record<string, unknown>) : {};
