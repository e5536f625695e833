import { isIP } from "node:net";
import type { ConnectOptions } from "@mailfleet/connector-api";
import { redactSecrets } from "@mailfleet/connector-api";
import { FailureError, failureOf } from "@mailfleet/contracts";
import { bareHost } from "@mailfleet/network";
import { type AutodiscoverForm, forms } from "./autodiscover-forms.ts";
import { isXml, placeOf, readRefusal, transportTo } from "./transport.ts";
import { XmlError } from "./xml-reader.ts";
import { readXml } from "./xml-tree.ts";

const ANSWER_BYTES = 256 * 1024;
const CANDIDATE_MS = 20_000;
const MOST_REDIRECTS = 5;
/** An address that was found is good for a day, as long as it answers. */
const KEPT_MS = 24 * 3_600_000;
const MOST_KEPT = 20_000;

/** Where Exchange Web Services of a mailbox are. */
export interface Located {
  readonly url: string;
  /** When it was looked up, in milliseconds since the epoch. */
  readonly at: number;
}

const kept = new Map<string, Located>();
const keyOf = ({ server: { host, port }, address }: ConnectOptions) => `${host}:${port} ${address.toLowerCase()}`;

/** What was found does not answer any more: it is looked up anew the next time. */
export const forget = (options: ConnectOptions) => void kept.delete(keyOf(options));

/**
 * Looks up where Exchange Web Services of a mailbox are (MS-OXDISCO §3.1.5): at the host of the profile, then at
 * `autodiscover.` before it, in the form of SOAP, then of POX. Only at the host and below it, at the profile's port, and only
 * by TLS where the profile has it: each request carries the credentials. Throws AUTODISCOVER_FAILED with what each place
 * said, and at once what a place says of the credentials.
 */
export async function locate(options: ConnectOptions, signal: AbortSignal): Promise<Located> {
  const key = keyOf(options);
  const known = kept.get(key);
  if (known && known.at + KEPT_MS > Date.now()) return known;
  const said: string[] = [];
  for (const [place, form] of candidatesOf(options)) {
    const found = await askFrom(place, form, options, signal).catch((error: unknown) => {
      signal.throwIfAborted();
      if (!(error instanceof FailureError) || error.failure.kind === "auth") throw error;
      return error;
    });
    if (typeof found === "string") {
      if (kept.size >= MOST_KEPT) kept.clear();
      const located = { url: found, at: Date.now() };
      kept.set(key, located);
      return located;
    }
    const { code, evidence } = found.failure;
    said.push(`${place}: ${code}${evidence?.reply ? ` (${evidence.reply.slice(0, 100)})` : ""}`);
  }
  const { host, port } = options.server;
  throw new FailureError(failureOf("AUTODISCOVER_FAILED", { host, port, reply: said.join("; ").slice(0, 1500) }));
}

/** Where it is asked, in order, and in which form. */
export function candidatesOf({ server: { host, port, security } }: Pick<ConnectOptions, "server">) {
  const scheme = security === "none" ? "http" : "https";
  const hosts = isIP(bareHost(host)) ? [host] : [host, `autodiscover.${host}`];
  return hosts.flatMap((name) =>
    forms.map((form): [string, AutodiscoverForm] => [new URL(`${scheme}://${name}:${port}${form.path}`).href, form]),
  );
}

/** Asks one place, and those that it leads to. */
async function askFrom(
  from: string,
  form: AutodiscoverForm,
  options: ConnectOptions,
  signal: AbortSignal,
): Promise<string> {
  let place = from;
  for (let count = 0; count <= MOST_REDIRECTS; count += 1) {
    const answer = await ask(place, form, options, signal);
    if ("url" in answer) return allowed(answer.url, options);
    place = allowed(answer.leadsTo, options);
  }
  throw refuse("REDIRECT_REFUSED", `it leads on more than ${MOST_REDIRECTS} times`);
}

async function ask(place: string, form: AutodiscoverForm, options: ConnectOptions, signal: AbortSignal) {
  const transport = transportTo(place, options);
  try {
    const body = Buffer.from(form.request(options, place));
    const sending = { length: body.length, pieces: () => [body] };
    const limits = { signal, timeoutMs: CANDIDATE_MS, maximumBytes: ANSWER_BYTES, redirects: true };
    const response = await transport.post("autodiscover", sending, limits);
    const location = response.headers.get("location");
    if (response.status >= 300 && response.status < 400 && location !== null)
      return { leadsTo: URL.parse(location, place)?.href ?? location };
    if (!isXml(response))
      throw refuse(
        "NOT_THIS_PROTOCOL",
        redactSecrets(`${response.status} ${(await readRefusal(response)).message}`.trim(), transport.secrets),
      );
    const found = form.read(readXml(await response.text()));
    if (!found) throw refuse("PROTOCOL_ERROR", "the answer names no address of Exchange Web Services");
    return found;
  } catch (error) {
    if (error instanceof XmlError) throw refuse("PROTOCOL_ERROR", error.message);
    throw error;
  } finally {
    await transport.close();
  }
}

/** Throws REDIRECT_REFUSED for an address outside of what the profile names. */
export function allowed(url: string, { server: { host, port, security } }: Pick<ConnectOptions, "server">): string {
  const parsed = URL.parse(url);
  const wanted = security === "none" ? "http:" : "https:";
  const own = bareHost(host.toLowerCase());
  const named = parsed && bareHost(parsed.hostname.toLowerCase());
  const isBelow = named === own || named?.endsWith(`.${own}`);
  if (
    parsed &&
    !parsed.username &&
    !parsed.password &&
    parsed.protocol === wanted &&
    isBelow &&
    placeOf(url).port === port
  )
    return url;
  const shown = parsed ? `${parsed.protocol}//${parsed.host}` : "no address";
  throw refuse(
    "REDIRECT_REFUSED",
    `it leads to ${shown}, and the profile allows ${wanted}//${host}:${port} and names below it`,
  );
}

function refuse(code: "REDIRECT_REFUSED" | "PROTOCOL_ERROR" | "NOT_THIS_PROTOCOL", reply: string): FailureError {
  return new FailureError(failureOf(code, { command: "autodiscover", reply: reply.slice(0, 500) }));
}
