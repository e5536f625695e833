import { FailureError, failureOf, ProblemError, Secret } from "@mailfleet/contracts";
import { customFetch } from "oauth4webapi";
import { openClientSecret } from "./client-authentication.ts";
import type { AccessToken, Client, RequestPorts } from "./ports.ts";
import { parseServiceAccountKey, type ServiceAccountKey } from "./service-account-key.ts";
import { readAnswer, readToken, requestOptions } from "./token-endpoint.ts";

/**
 * A token of a service account that acts for one mailbox (domain-wide delegation, RFC 7523 §2.1). Google's library
 * makes and signs the request; we send it and read the answer. Throws `FailureError`.
 */
export async function serviceAccountToken(
  ports: RequestPorts,
  client: Client,
  address: string,
  signal: AbortSignal,
): Promise<AccessToken> {
  const text = await openClientSecret(ports, client, "service-account-key");
  const key = parseKey(text);
  const sent = await sendAssertion(ports, client, key, address, signal);
  const secrets = [text, new Secret(key.privateKey), sent.assertion];
  const context = { client, kind: "service-account", url: client.tokenEndpoint, now: ports.now(), secrets } as const;
  const { accessToken, endsAt } = await readToken(await readAnswer(sent.response), context);
  return { token: accessToken, endsAt };
}

async function sendAssertion(
  ports: RequestPorts,
  client: Client,
  key: ServiceAccountKey,
  subject: string,
  signal: AbortSignal,
): Promise<{ response: Response; assertion: Secret }> {
  // Loaded here, so that only installations with service accounts pay for the library.
  const { JWT } = await import("google-auth-library");
  const { [customFetch]: send } = requestOptions(ports, client.tokenEndpoint, signal);
  let outcome: { response: Response; assertion: Secret } | { error: unknown } | undefined;
  const jwt = new JWT({
    email: key.clientEmail,
    key: key.privateKey,
    keyId: key.keyId,
    scopes: [...client.scopes],
    subject,
    // The library's own is fixed to Google's endpoint.
    additionalClaims: { aud: client.tokenEndpoint },
    transporterOptions: {
      // The library retries, and its errors hold the whole request. So it always sees success, whatever the answer was.
      fetchImplementation: async (_url, init) => {
        const body = new URLSearchParams(String(init?.body ?? ""));
        const assertion = new Secret(body.get("assertion") ?? "");
        try {
          const headers = { "content-type": "application/x-www-form-urlencoded", accept: "application/json" };
          const response = await send(client.tokenEndpoint, { method: "POST", body: body.toString(), headers, signal });
          outcome = { response, assertion };
        } catch (error) {
          outcome = { error };
        }
        return Response.json({ access_token: "elsewhere", expires_in: 0 });
      },
    },
  });
  await jwt.authorize().catch(() => undefined);
  if (!outcome) throw new FailureError(failureOf("CREDENTIALS_UNREADABLE", { reply: "the key cannot sign" }));
  if ("error" in outcome) throw outcome.error;
  return outcome;
}

function parseKey(text: Secret): ServiceAccountKey {
  try {
    return parseServiceAccountKey(text.reveal());
  } catch (error) {
    const reply = error instanceof ProblemError ? error.problem.detail : "the key cannot be read";
    throw new FailureError(failureOf("CREDENTIALS_UNREADABLE", { reply }));
  }
}
