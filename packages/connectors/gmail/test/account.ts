import type { ConnectOptions, ListOptions } from "@mailfleet/connector-api";
import { Secret } from "@mailfleet/contracts";
import { createGuardedFetch, type GuardedFetch } from "@mailfleet/http";
import { type GmailDouble, type GmailDoubleOptions, startGmailDouble } from "@mailfleet/local/doubles";

/** As services use it, allowed to come here. */
export const fetch: GuardedFetch = createGuardedFetch({ privateNetworks: ["127.0.0.0/8"] });

/** The double with one mailbox, and its token. */
export interface TestAccount {
  readonly gmail: GmailDouble;
  readonly address: string;
  readonly connect: ConnectOptions;
  /** For each request of a token: whether a renewed one was asked for. */
  readonly renewals: boolean[];
  /** The token that is given next. The first one is valid. */
  token: string;
  readonly goodToken: string;
  /** Requested paths without the API's prefix. Forgets them. */
  asked(): string[];
}

const all = ["https://mail.google.com/"];

/** Starts it; the caller stops `gmail`. */
export async function startAccount(
  options: Partial<GmailDoubleOptions> & { scopes?: string[]; address?: string } = {},
): Promise<TestAccount> {
  const address = options.address ?? "jane@example.org";
  const goodToken = `good-token-${Math.random().toString(36).slice(2)}`;
  const gmail = await startGmailDouble({
    oauth: {
      introspect: (token) =>
        token === goodToken ? { account: address, scopes: options.scopes ?? all, clientId: "client" } : null,
    },
    mailboxes: [address],
    ...options,
  });
  const renewals: boolean[] = [];
  const url = new URL(gmail.url);
  const account: TestAccount = {
    gmail,
    address,
    renewals,
    goodToken,
    token: goodToken,
    connect: {
      mailboxId: "mb_test",
      address,
      server: { host: url.hostname, port: Number(url.port), security: "tls", apiUrl: gmail.url },
      credentials: {
        type: "token",
        username: address,
        accessToken: async ({ renew }) => {
          renewals.push(renew);
          return new Secret(account.token);
        },
      },
      allowedPorts: null,
      allowedNetworks: ["127.0.0.0/8", "::1"],
      connectionTimeoutMs: 5000,
    },
    asked: () =>
      gmail.requests.splice(0).map(({ method, path }) => `${method} ${path.replace(/\/gmail\/v1\/users\/me/, "")}`),
  };
  return account;
}

/** The options of a worker that has seen `known`. */
export function listOptions(more: Partial<ListOptions> = {}): ListOptions {
  return { processFrom: null, batchSize: 50, signal: AbortSignal.timeout(60_000), known: () => false, ...more };
}

/** A small message. */
export function mail(subject: string, body = "Hello.\r\n"): string {
  return `From: kim@example.org\r\nTo: jane@example.org\r\nSubject: ${subject}\r\n\r\n${body}`;
}
