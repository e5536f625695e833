import { FailureError, failureOf, sealedFor } from "@mailfleet/contracts";
import type { Opener } from "@mailfleet/secrets";
import { createTransport } from "nodemailer";
import type { RelayConnection, UsableSettings } from "./send-notices.ts";

const deadlines = {
  dnsTimeout: 5000,
  connectionTimeout: 10_000,
  greetingTimeout: 10_000,
  socketTimeout: 15_000,
} as const;
/** For one mail, whatever its parts do: below the lease of a notice, so that no other replica takes it meanwhile. */
const deadlineMs = 20_000;

/**
 * Sends by SMTP over one connection. STARTTLS is required where it is chosen, never opportunistic (RFC 8314 §3).
 * Throws CREDENTIALS_UNREADABLE if the password does not open.
 */
export function createSmtpRelay(opener: Opener) {
  return async ({ relay, credentials, from, to }: UsableSettings): Promise<RelayConnection> => {
    const password = credentials
      ? await opener.open(credentials.password, sealedFor("notifications", "relay-password"))
      : null;
    const transport = createTransport({
      pool: true,
      maxConnections: 1,
      host: relay.host,
      port: relay.port,
      secure: relay.security === "tls",
      requireTLS: relay.security === "starttls",
      ignoreTLS: relay.security === "none",
      tls: { minVersion: "TLSv1.2", ...(relay.trustedCertificates ? { ca: relay.trustedCertificates } : {}) },
      ...(credentials && password ? { auth: { user: credentials.username, pass: password.reveal() } } : {}),
      ...deadlines,
      disableFileAccess: true,
      disableUrlAccess: true,
    });
    return {
      send: async ({ messageId, inReplyTo, subject, text, headers }) => {
        const mail = { from, to, messageId, subject, text, headers, ...(inReplyTo ? { inReplyTo } : {}) };
        await within(deadlineMs, transport.sendMail(mail));
      },
      close: () => transport.close(),
    };
  };
}

async function within<Value>(ms: number, promise: Promise<Value>): Promise<Value> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new FailureError(failureOf("CONNECTION_TIMEOUT"))), ms);
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
