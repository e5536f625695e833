import type { RequestHandlers } from "@mailfleet/bus";
import {
  FailureError,
  failureCodes,
  type Grant,
  ProblemError,
  type RequestOutput,
  sealedFor,
  tokenDestination,
} from "@mailfleet/contracts";
import type { Granted } from "@mailfleet/oauth";
import type { InboundPorts } from "../ports.ts";

type Consent = RequestOutput<"config.consent.get">;
type ConsentPorts = Pick<InboundPorts, "bus" | "tokens" | "opener" | "seal" | "logger">;

const exchangeMs = 30_000;

/**
 * Completes sign-ins of mailboxes' users. Done here because this service holds the keys that open an application's
 * secret; the console, which people reach, cannot open anything.
 */
export function createConsentHandlers(ports: ConsentPorts): RequestHandlers {
  const { bus, tokens, opener, seal } = ports;
  const read = (consentId: string) => bus.request("config.consent.get", { consentId });
  const signal = () => AbortSignal.timeout(exchangeMs);

  async function keep({ consentId, mailboxId, client }: Consent, granted: Granted): Promise<Grant> {
    const { account, scopes, refreshToken, expiresAt, accessTokenExpiresAt } = granted;
    const sealed = await seal(
      refreshToken,
      sealedFor(mailboxId, "oauth-grant", tokenDestination(client.tokenEndpoint)),
    );
    return await bus.request("config.grant.set", {
      consentId,
      mailboxId,
      account,
      scopes,
      refreshToken: sealed,
      expiresAt,
      accessTokenExpiresAt,
    });
  }

  return {
    "inbound-sync.consent.complete": ({ consentId, code }) =>
      told(async () => {
        const consent = await read(consentId);
        const opened = await opener.open(code, sealedFor(consent.mailboxId, "oauth-code"));
        return keep(consent, await tokens.exchangeCode(consent, opened, signal()));
      }),

    "inbound-sync.consent.start-device": ({ consentId }) =>
      told(async () => {
        const consent = await read(consentId);
        const { deviceCode, ...shown } = await tokens.startDevice(consent, signal());
        const code = await seal(deviceCode, sealedFor(consent.mailboxId, "oauth-code"));
        const { intervalMs, expiresAt } = shown;
        await bus.request("config.consent.keep-device", { consentId, device: { code, intervalMs, expiresAt } });
        return shown;
      }),

    "inbound-sync.consent.poll-device": ({ consentId }) =>
      told(async () => {
        const consent = await read(consentId);
        const polled = await tokens.pollDevice(consent, signal());
        if (polled.state === "pending") return { state: "pending", intervalMs: polled.intervalMs, grant: null };
        return { state: "done", intervalMs: 0, grant: await keep(consent, polled.granted) };
      }),
  };
}

/** What the authorization server said, as a refusal that a person can act on. */
async function told<Answer>(work: () => Promise<Answer>): Promise<Answer> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof FailureError)) throw error;
    const { code, evidence, kind } = error.failure;
    const { text, remedy } = failureCodes[code];
    const words = evidence?.reply ? ` The server said: ${evidence.reply}` : "";
    const status = kind === "transient" || kind === "throttled" ? "UNAVAILABLE" : "SIGN_IN_REFUSED";
    throw new ProblemError(status, `${code}: ${text}${words}`, { remedy });
  }
}
