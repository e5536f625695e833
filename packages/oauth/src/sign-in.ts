import { FailureError, failureOf, ProblemError, Secret, sealedFor } from "@mailfleet/contracts";
import { deviceAuthorizationRequest, processDeviceAuthorizationResponse } from "oauth4webapi";
import { signInScopes } from "./authorization-url.ts";
import { proveClient } from "./client-authentication.ts";
import { judgeGranted } from "./granted.ts";
import type { Consent, Granted, RequestPorts } from "./ports.ts";
import { readAnswer, requestOptions, requestToken, serverOf, unaskable } from "./token-endpoint.ts";
import { tokenFailure } from "./token-failure.ts";

/** What the user of a device sees, and the code with which we ask whether they have finished. */
export interface StartedDevice {
  deviceCode: Secret;
  userCode: string;
  verificationUri: string;
  verificationUriComplete: string | null;
  expiresAt: number;
  intervalMs: number;
}

/** One check of a device's sign-in. */
export type PolledDevice = { state: "pending"; intervalMs: number } | { state: "done"; granted: Granted };

/** Between two checks if the server does not say (RFC 8628 §3.2), and how much `slow_down` adds (RFC 8628 §3.5). */
const usualIntervalMs = 5000;

/** Exchanges the code of a redirect (RFC 6749 §4.1.3). Throws `FailureError` and `ProblemError`. */
export async function exchangeCode(
  ports: RequestPorts,
  consent: Consent,
  code: Secret,
  signal: AbortSignal,
): Promise<Granted> {
  const { verifier, redirectUri, mailboxId, client } = consent;
  if (!verifier || !redirectUri) throw new ProblemError("NOT_POSSIBLE_NOW", "This sign-in did not begin in a browser.");
  const answer = await requestToken(ports, client, {
    kind: "code",
    grantType: "authorization_code",
    parameters: {
      code,
      redirect_uri: redirectUri,
      code_verifier: await ports.open(verifier, sealedFor(mailboxId, "oauth-verifier")),
    },
    signal,
  });
  return judgeGranted(consent, answer, ports.now());
}

/** Asks for a code that a person enters elsewhere (RFC 8628 §3.1). Throws `FailureError` and `ProblemError`. */
export async function startDevice(
  ports: RequestPorts,
  { client }: Consent,
  signal: AbortSignal,
): Promise<StartedDevice> {
  const url = client.deviceAuthorizationEndpoint;
  if (!url) throw new ProblemError("NOT_POSSIBLE_NOW", "The provider offers no device code for mail.");
  const { authenticate, secrets } = await proveClient(ports, client, signal);
  const server = serverOf(client);
  const us = { client_id: client.clientId };
  const response = await deviceAuthorizationRequest(
    server,
    us,
    authenticate,
    { scope: signInScopes(client).join(" ") },
    requestOptions(ports, url, signal),
  ).catch((error: unknown) => {
    throw unaskable(error, signal);
  });
  const answer = await readAnswer(response);
  const now = ports.now();
  if (answer.status !== 200 || !answer.json)
    throw new FailureError(tokenFailure(answer, { client, kind: "device", url, now, secrets }));
  const started = await processDeviceAuthorizationResponse(server, us, Response.json(answer.json)).catch(() => null);
  // A person opens it, so it must be a web page.
  if (!started || !/^https?:\/\//i.test(started.verification_uri))
    throw new FailureError(failureOf("PROTOCOL_ERROR", { reply: "the answer does not hold a usable device code" }));
  const { verification_uri_complete: complete = "" } = started;
  return {
    deviceCode: new Secret(started.device_code),
    userCode: started.user_code,
    verificationUri: started.verification_uri,
    verificationUriComplete: /^https?:\/\//i.test(complete) ? complete : null,
    expiresAt: now + started.expires_in * 1000,
    intervalMs: started.interval ? started.interval * 1000 : usualIntervalMs,
  };
}

/** Checks once whether the code was entered (RFC 8628 §3.4). Throws `FailureError` and `ProblemError`. */
export async function pollDevice(ports: RequestPorts, consent: Consent, signal: AbortSignal): Promise<PolledDevice> {
  const { device, mailboxId, client } = consent;
  if (!device) throw new ProblemError("NOT_POSSIBLE_NOW", "This sign-in did not begin on a device.");
  try {
    const answer = await requestToken(ports, client, {
      kind: "device",
      grantType: "urn:ietf:params:oauth:grant-type:device_code",
      parameters: { device_code: await ports.open(device.code, sealedFor(mailboxId, "oauth-code")) },
      signal,
    });
    return { state: "done", granted: judgeGranted(consent, answer, ports.now()) };
  } catch (error) {
    const waiting = error instanceof FailureError ? stillWaiting(error, device.intervalMs) : null;
    if (waiting === null) throw error;
    return { state: "pending", intervalMs: waiting };
  }
}

/** How long to wait for the next check; `null` if waiting does not help. Throws if the person or the time decided. */
function stillWaiting({ failure }: FailureError, intervalMs: number): number | null {
  const [, error = ""] = /^\d{3} (\w+)/.exec(failure.evidence?.reply ?? "") ?? [];
  switch (error) {
    case "authorization_pending":
      return intervalMs;
    case "slow_down":
      return intervalMs + usualIntervalMs;
    case "expired_token":
    case "code_expired":
      throw new ProblemError("STATE_EXPIRED", "The code was not entered in time.", { remedy: "Begin again." });
    case "access_denied":
    case "authorization_declined":
      throw new ProblemError("SIGN_IN_REFUSED", "The user or the provider refused.", {
        remedy: "Begin again, and agree to what the provider asks for.",
      });
    default:
      return null;
  }
}
