import type { ConnectOptions } from "@mailfleet/connector-api";
import { FailureError } from "@mailfleet/contracts";
import { type Address, checkPort, resolveServer } from "@mailfleet/network";
import { ReplyTimeout } from "./channel.ts";
import { classifyError } from "./classify-error.ts";
import { TokenRefused } from "./present-token.ts";
import { ClosedAtEhlo, type Connected, type SetupStep, setUp } from "./set-up.ts";

/** Hears how far a connection has come. */
export interface SetupListener {
  begun(step: SetupStep): void;
  done(step: SetupStep, detail: string): void;
  skipped(step: SetupStep, detail: string): void;
}

/**
 * Resolves, connects, agrees on TLS, signs in: all within one deadline. Throws `FailureError`. STARTTLS, where the
 * profile asks for it, is required: a server that does not offer it is refused (RFC 8314 §3). A token that the server
 * refuses is renewed once, over a new connection; its steps are reported once.
 */
export async function connect(
  options: ConnectOptions,
  signal: AbortSignal,
  listener?: SetupListener,
): Promise<Connected> {
  const { host, port } = options.server;
  const deadline = performance.now() + options.connectionTimeoutMs;
  const expiry = AbortSignal.any([signal, AbortSignal.timeout(options.connectionTimeoutMs)]);
  const heard = new Set<SetupStep>();
  // A second connection, with a renewed token or with HELO, goes the same way again: still the sign-in is what is tried.
  const first = (name: SetupStep) => !heard.has(name);
  const step = async (name: SetupStep, work: () => Promise<string>) => {
    if (first(name)) listener?.begun(name);
    try {
      const detail = await untilAborted(work(), expiry);
      if (first(name)) listener?.done(name, detail);
      heard.add(name);
    } catch (error) {
      if (error instanceof TokenRefused || error instanceof ClosedAtEhlo) throw error;
      const failure = classifyError(error, { host, port });
      const evidence = { host, port, ...failure.evidence };
      throw new FailureError({ ...failure, evidence }, { cause: error });
    }
  };
  const attempt = {
    options,
    expiry,
    left: () => Math.max(1, deadline - performance.now()),
    step,
    skip: (name: SetupStep, detail: string) => {
      if (first(name)) listener?.skipped(name, detail);
      heard.add(name);
    },
    secrets: new Set<string>(),
  };

  checkPort(options.server, options.allowedPorts);
  let addresses: readonly Address[] = [];
  await step("resolve", async () => {
    addresses = await resolveServer(options.server, options);
    return addresses.map(({ address }) => address).join(", ");
  });
  try {
    return await setUp(attempt, addresses);
  } catch (error) {
    if (error instanceof ClosedAtEhlo) return await setUp(attempt, addresses, { helo: true });
    if (!(error instanceof TokenRefused)) throw error;
    return await setUp(attempt, addresses, { renew: true });
  }
}

/** Abandons work when the deadline is over. An abort by the caller is told apart from a time-out. */
async function untilAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const aborted = Promise.withResolvers<never>();
  const abort = () => aborted.reject(new ReplyTimeout());
  if (signal.aborted) abort();
  signal.addEventListener("abort", abort, { once: true });
  try {
    return await Promise.race([work, aborted.promise]);
  } finally {
    signal.removeEventListener("abort", abort);
  }
}
