import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import type { IncomingMessage, ServerResponse } from "node:http";
import { join } from "node:path";
import { promisify } from "node:util";
import { watchSecret } from "../../testing/kept-output.ts";
import { tempDir } from "../../testing/start-engines.ts";
import { remember } from "../http/bounded-log.ts";
import type { Certificate } from "../http/certificate.ts";
import { listen } from "../http/listen.ts";
import { sendJson } from "../http/send-json.ts";
import { playTrouble, type Trouble, waitingTroubles } from "../http/trouble.ts";
import type { TokenMeaning } from "../oauth/requests-and-tokens.ts";

/** A version of a secret, as Key Vault keeps a certificate with its key. */
export interface VaultSecret {
  readonly value: string;
  readonly contentType?: string;
  /** True if absent. */
  readonly enabled?: boolean;
}

/** Reading secrets of Azure Key Vault over HTTP ("Get Secret", 7.4), with its own refusals. */
export interface VaultDouble {
  readonly url: string;
  /** A new version of a secret, which it returns. */
  put(name: string, secret: VaultSecret): string;
  /** Whether the application may read secrets; at first none may. */
  allow(clientId: string, may?: boolean): void;
  /** The authority that the vault trusts; with `null` that of the tokens it is given. */
  trust(authority: string | null): void;
  failNext(trouble: Trouble): void;
  /** The newest requests, without tokens. */
  readonly requests: readonly { readonly path: string; readonly status: number }[];
  stop(): Promise<void>;
}

/** The scope of a token for a vault of the public cloud. */
const scope = "https://vault.azure.net/.default";

/** Starts the double on a loopback port. */
export async function startVaultDouble(options: {
  /** Says what a bearer token is good for. */
  readonly oauth: { introspect(token: string): TokenMeaning | null };
}): Promise<VaultDouble> {
  const secrets = new Map<string, (VaultSecret & { readonly version: string })[]>();
  const allowed = new Set<string>();
  const requests: { path: string; status: number }[] = [];
  const troubles = waitingTroubles();
  let trusted: string | null = null;
  let origin = "";

  function answer(request: IncomingMessage, url: URL): readonly [status: number, body: unknown, challenge?: string] {
    const [, kind, name = "", version] = url.pathname.split("/");
    const token = request.headers.authorization?.replace(/^Bearer +/i, "");
    const meaning = token === undefined ? null : options.oauth.introspect(token);
    const challenge = `Bearer authorization="${trusted ?? "https://login.example/tenant"}", resource="https://vault.azure.net"`;
    if (!meaning?.scopes.includes(scope))
      return [401, refusal("Unauthorized", "AKV10000: Request is missing a Bearer or PoP token."), challenge];
    if (trusted !== null)
      return [401, refusal("Unauthorized", "AKV10032: Invalid issuer. Expected one of the vault's tenant."), challenge];
    if (request.method !== "GET" || kind !== "secrets") return [404, refusal("NotFound", "No such operation.")];
    if (url.searchParams.get("api-version") !== "7.4") return [400, refusal("BadParameter", "api-version is wrong")];
    const { clientId } = meaning;
    if (!allowed.has(clientId))
      return [
        403,
        refusal(
          "Forbidden",
          `The user, group or application 'appid=${clientId};oid=0;iss=https://sts.windows.net/t/' does not have secrets get permission on key vault 'double;location=westeurope'.`,
          "AccessDenied",
        ),
      ];
    const versions = secrets.get(name) ?? [];
    const found = version ? versions.find((one) => one.version === version) : versions.at(-1);
    const missing = `A secret with (name/id) ${name}${version ? `/${version}` : ""} was not found in this key vault.`;
    if (!found) return [404, refusal("SecretNotFound", missing)];
    if (found.enabled === false)
      return [403, refusal("Forbidden", "Operation get is not allowed on a disabled secret.", "SecretDisabled")];
    const { value, contentType } = found;
    const id = `${origin}/secrets/${name}/${found.version}`;
    return [200, { value, contentType, id, managed: true, attributes: { enabled: true } }];
  }

  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const url = new URL(request.url ?? "/", origin);
    const trouble = troubles.take(url.pathname);
    if (trouble && (await playTrouble(trouble, response, () => refusal("InternalError", "Trouble.")))) return;
    const [status, body, challenge] = answer(request, url);
    remember(requests, { path: url.pathname, status });
    sendJson(response, status, body, challenge ? { "www-authenticate": challenge } : {});
  };
  const server = await listen((request, response) => void serve(request, response));
  origin = server.origin;
  return {
    url: origin,
    put: (name, secret) => {
      const version = randomBytes(16).toString("hex");
      watchSecret(secret.value);
      secrets.set(name, [...(secrets.get(name) ?? []), { ...secret, version }]);
      return version;
    },
    allow: (clientId, may = true) => void (may ? allowed.add(clientId) : allowed.delete(clientId)),
    trust: (authority) => {
      trusted = authority;
    },
    failNext: troubles.add,
    requests,
    stop: server.stop,
  };
}

const refusal = (code: string, message: string, inner?: string) => ({
  error: { code, message, ...(inner && { innererror: { code: inner } }) },
});

/** How a PKCS #12 file is encrypted: as Windows does, as it did before, and as OpenSSL does. */
const encryptions = {
  tripleDes: ["-keypbe", "PBE-SHA1-3DES", "-certpbe", "PBE-SHA1-3DES", "-macalg", "sha1"],
  rc2: ["-legacy", "-keypbe", "PBE-SHA1-3DES", "-certpbe", "PBE-SHA1-RC2-40"],
  aes: [],
} as const;

/** Certificate and key in PKCS #12, as the value of a vault's secret. Needs `openssl`. */
export async function pkcs12Secret(
  { certificate, key }: Certificate,
  {
    encryption = "tripleDes",
    password = "",
    more = [],
  }: { encryption?: keyof typeof encryptions; password?: string; more?: readonly string[] } = {},
): Promise<VaultSecret> {
  const folder = await tempDir("pkcs12");
  const [from, to] = [join(folder.path, "in.pem"), join(folder.path, "out.p12")];
  try {
    await writeFile(from, `${key}\n${certificate}`, { mode: 0o600 });
    const how = [...encryptions[encryption], ...more, "-passout", `pass:${password}`];
    await promisify(execFile)("openssl", ["pkcs12", "-export", "-in", from, "-out", to, ...how]);
    return { value: (await readFile(to)).toString("base64"), contentType: "application/x-pkcs12" };
  } finally {
    await folder.remove();
  }
}
