import { FailureError, failureOf } from "@mailfleet/contracts";
import { type Address, speaksTls } from "@mailfleet/network";

/** A server that greets at all has mostly done so by then. */
const SILENT_MS = 5000;
/** Servers that are slow to greet, and known to speak no TLS: they are not asked at each connection. */
const slow = new Set<string>();
const SLOW_SERVERS = 1000;

/** For whom is waited, and how long. */
interface Waiting {
  readonly server: { readonly host: string; readonly port: number };
  readonly expiry: AbortSignal;
  left(): number;
}

/**
 * The greeting, unless the port turns out to speak TLS from the first byte: it then waits for a handshake, and would be
 * silent until the deadline. Asked once, over a second connection. Throws PORT_SPEAKS_TLS.
 */
export async function unlessTls<Greeting>(
  greeting: Promise<Greeting>,
  { server, expiry, left }: Waiting,
  addresses: readonly Address[],
): Promise<Greeting> {
  const place = `${server.host}:${server.port}`;
  if (slow.has(place)) return greeting;
  let timer: NodeJS.Timeout | undefined;
  const silent = new Promise<"silent">((resolve) => {
    timer = setTimeout(() => resolve("silent"), Math.min(SILENT_MS, left() / 4));
  });
  const first = await Promise.race([greeting.then((value) => ({ value })), silent]).finally(() => clearTimeout(timer));
  if (first !== "silent") return first.value;
  greeting.catch(() => {});
  const until = AbortSignal.any([expiry, AbortSignal.timeout(Math.ceil(Math.min(SILENT_MS, left() / 2)))]);
  if (await speaksTls(server.port, addresses, until)) throw new FailureError(failureOf("PORT_SPEAKS_TLS"));
  if (slow.size < SLOW_SERVERS) slow.add(place);
  return greeting;
}
