import {
  FailureError,
  failureCodes,
  type Grant,
  ProblemError,
  type RequestOutput,
  sealedFor,
  tokenDestination,
} from "@mailfleet/contracts";
import type { Answers } from "@mailfleet/kit";
import type { Granted } from "@mailfleet/oauth";
import type { InboundPorts } from "../ports.ts";

type Consent = RequestOutput<"config.consent.get">;
type ConsentPorts = Pick<InboundPorts, "bus" | "tokens" | "opener" | "seal" | "logger">;

const exchangeMs = 30_000;

const read = ({ bus }: ConsentPorts, consentId: string) => bus.request("config.consent.get", { consentId });
const inTime = () => AbortSignal.timeout(exchangeMs);

async function keep({ bus, seal }: ConsentPorts, consent: Consent, granted: Granted): Promise<Grant> {
  const { consentId, mailboxId, client } = consent;
  const sealedTo = sealedFor(mailboxId, "oauth-grant", tokenDestination(client.tokenEndpoint));
  const refreshToken = await seal(granted.refreshToken, sealedTo);
  return await bus.request("config.grant.set", { ...granted, consentId, mailboxId, refreshToken });
}

/**
 * Completes sign-ins of mailboxes' users. Done here because this service holds the keys that open an application's
 * secret; the console, which people reach, cannot open anything.
 */
export const consentAnswers: Answers<ConsentPorts> = {
  "inbound-sync.consent.complete": (ports, { consentId, code }) =>
    told(async () => {
      const consent = await read(ports, consentId);
      const opened = await ports.opener.open(code, sealedFor(consent.mailboxId, "oauth-code"));
      return keep(ports, consent, await ports.tokens.exchangeCode(consent, opened, inTime()));
    }),

  "inbound-sync.consent.start-device": (ports, { consentId }) =>
    told(async () => {
      const consent = await read(ports, consentId);
      const { deviceCode, ...shown } = await ports.tokens.startDevice(consent, inTime());
      const code = await ports.seal(deviceCode, sealedFor(consent.mailboxId, "oauth-code"));
      const { intervalMs, expiresAt } = shown;
      await ports.bus.request("config.consent.keep-device", { consentId, device: { code, intervalMs, expiresAt } });
      return shown;
    }),

  "inbound-sync.consent.poll-device": (ports, { consentId }) =>
    told(async () => {
      const consent = await read(ports, consentId);
      const polled = await ports.tokens.pollDevice(consent, inTime());
      if (polled.state === "pending") return { state: "pending", intervalMs: polled.intervalMs, grant: null };
      return { state: "done", intervalMs: 0, grant: await keep(ports, consent, polled.granted) };
    }),
};

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
