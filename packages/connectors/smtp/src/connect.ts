import { lookup } from "node:dns/promises";
import { isIP } from "node:net";
import { type ConnectOptions, checkPort, refuseForbiddenAddresses } from "@mailfleet/connector-api";
import { FailureError } from "@mailfleet/contracts";
import { ReplyTimeout } from "./channel.ts";
import { classifyError } from "./classify-error.ts";
import { TokenRefused } from "./present-token.ts";
import { type Connected, type SetupStep, setUp } from "./set-up.ts";

/**
 * Resolves, connects, agrees on TLS, signs in: all within one deadline. Throws `FailureError`. STARTTLS, where the
 * profile asks for it, is required: a server that does not offer it is refused (RFC 8314 §3). A token that the server
 * refuses is renewed once, over a new connection; its steps are told once.
 */
export async function connect(
  options: ConnectOptions,
  signal: AbortSignal,
  tell: (step: SetupStep) => void = () => {},
): Promise<Connected> {
  const { host, port } = options.server;
  const deadline = performance.now() + options.connectionTimeoutMs;
  const expiry = AbortSignal.any([signal, AbortSignal.timeout(options.connectionTimeoutMs)]);
  const heard = new Set<SetupStep["step"]>();
  const note = (step: SetupStep) => {
    if (!heard.has(step.step)) tell(step);
    // The second connection did not get as far as the first: still the sign-in is what does not work.
    else if (step.outcome === "failed") tell({ ...step, step: "authenticate" });
    heard.add(step.step);
  };
  const step = async (name: SetupStep["step"], work: () => Promise<string>) => {
    const started = performance.now();
    const ms = () => Math.round((performance.now() - started) * 10) / 10;
    try {
      const detail = await untilAborted(work(), expiry);
      note({ step: name, outcome: "ok", ms: ms(), detail });
    } catch (error) {
      if (error instanceof TokenRefused) throw error;
      const failure = classifyError(error, { host, port });
      const evidence = { host, port, ...failure.evidence };
      const detail = failure.evidence?.reply ?? failure.evidence?.systemCode;
      note({ step: name, outcome: "failed", ms: ms(), detail });
      throw new FailureError({ ...failure, evidence }, { cause: error });
    }
  };
  const attempt = {
    options,
    expiry,
    left: () => Math.max(1, deadline - performance.now()),
    step,
    skip: (name: SetupStep["step"], detail: string) => note({ step: name, outcome: "skipped", ms: 0, detail }),
    secrets: new Set<string>(),
  };

  checkSettings(options, note);
  const addresses: { address: string; family: number }[] = [];
  await step("resolve", async () => {
    const bare = host.replace(/^\[|\]$/g, "");
    if (isIP(bare)) addresses.push({ address: bare, family: isIP(bare) });
    else addresses.push(...(await lookup(bare, { all: true })));
    const found = addresses.map((entry) => entry.address);
    refuseForbiddenAddresses(host, port, found);
    return found.join(", ");
  });
  try {
    return await setUp(attempt, addresses, false);
  } catch (error) {
    if (!(error instanceof TokenRefused)) throw error;
    return await setUp(attempt, addresses, true);
  }
}

/** What can be refused without a look at the network. */
function checkSettings(options: ConnectOptions, note: (step: SetupStep) => void): void {
  try {
    checkPort(options.server, options.allowedPorts);
  } catch (error) {
    if (error instanceof FailureError)
      note({ step: "settings", outcome: "failed", ms: 0, detail: error.failure.evidence?.reply });
    throw error;
  }
}

/** Lets go of work when the deadline is over. What was aborted by the caller is told apart from a time-out. */
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
