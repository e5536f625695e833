import type { ConnectOptions } from "@mailfleet/connector-api";
import { redactSecrets } from "@mailfleet/connector-api";
import { FailureError, failureOf } from "@mailfleet/contracts";
import { networkFailure } from "@mailfleet/http";
import { bareHost } from "@mailfleet/network";
import { base64Stream } from "./base64-stream.ts";
import { locate } from "./locate.ts";
import { faultIn, type Purpose, type Refusal, refusalIn, refusedError } from "./refusals.ts";
import { envelope, getMime, type Whose } from "./requests.ts";
import { isXml, type Limits, placeOf, readRefusal, type Sending, type Transport, transportTo } from "./transport.ts";
import { XmlError, xmlReader } from "./xml-reader.ts";
import { findElement, treeBuilder, type XmlElement } from "./xml-tree.ts";

/** The largest message that is taken in, in base64, and what is around it. */
const MIME_BYTES = 180 * 1024 * 1024;
const MIME_MS = 15 * 60_000;

/** Exchange Web Services for one mailbox. */
export interface EwsApi extends Pick<Transport, "url" | "scheme" | "offersBasic" | "secured" | "reach" | "close"> {
  readonly whose: Whose;
  /** What the server says it is, such as `15.2.1544`; `null`: nothing yet. */
  readonly version: string | null;
  /** The first response message. Throws `RefusedError` for a refusal, else `FailureError`. */
  ask(operation: string, body: string, signal: AbortSignal): Promise<XmlElement>;
  /** The same for a request that sends a message, in the envelope that it was made with. */
  send(operation: string, sending: Sending, signal: AbortSignal, timeoutMs: number): Promise<XmlElement>;
  /** A message as MIME, while it is read. Throws as `ask` does. */
  mime(id: string, signal: AbortSignal): AsyncGenerator<Uint8Array>;
  /** Small messages as MIME, by one request: those that Exchange gave. Throws as `ask` does. */
  several(ids: readonly string[], signal: AbortSignal): Promise<ReadonlyMap<string, Uint8Array>>;
  /** The failure for an error while an answer was read. */
  failure(thrown: unknown, operation: string): FailureError;
}

/** Where Exchange Web Services are, unless it is looked up. */
function urlOf({ server: { host, port, security, apiUrl } }: ConnectOptions): string {
  if (apiUrl) return apiUrl;
  return new URL(`${security === "none" ? "http" : "https"}://${host}:${port}/EWS/Exchange.asmx`).href;
}

/** Looks up where it is where the profile says so. Throws `FailureError`. */
export async function openEws(options: ConnectOptions, signal: AbortSignal): Promise<EwsApi> {
  if (options.server.autodiscover) return ewsApi((await locate(options, signal)).url, options);
  const url = urlOf(options);
  refuseAnotherPlace(url, options);
  return ewsApi(url, options);
}

/** Throws CREDENTIALS_MISSING. Connects when it is first asked. */
export function ewsApi(url: string, options: ConnectOptions): EwsApi {
  const { server, address } = options;
  const whose: Whose = { address, access: server.access ?? "own" };
  const transport = transportTo(url, options);
  const { post, evidenceOf, secrets } = transport;
  let version: string | null = null;

  const usual: Purpose = whose.access === "delegation" ? "delegation" : "read";
  const refused = (refusal: Refusal, operation: string, purpose: Purpose = usual) =>
    refusedError(refusal, evidenceOf(operation), { secrets, purpose });

  /** Reads an answer as it comes; gives what `streamed` took after each piece of it. */
  async function* read(
    operation: string,
    response: Response,
    streamed?: Parameters<typeof treeBuilder>[0],
  ): AsyncGenerator<undefined, XmlElement> {
    const reader = xmlReader();
    const tree = treeBuilder(streamed);
    try {
      for await (const piece of response.body ?? []) {
        tree.add(reader.write(piece));
        yield;
      }
      reader.end();
      return tree.root;
    } catch (error) {
      if (!(error instanceof XmlError)) throw error;
      throw malformed(operation, error.message);
    }
  }

  /** The response message of an answer, or why there is none. */
  function messageIn(operation: string, document: XmlElement, status: number, purpose?: "send"): XmlElement {
    checkVersion(operation, document);
    const fault = faultIn(document, status);
    if (fault) throw refused(fault, operation, purpose);
    const body = findElement(document, "Body");
    // gromox answers SendItem with Responses.
    const message = (findElement(body, "ResponseMessages") ?? findElement(body, "Responses"))?.children[0];
    if (!message) throw malformed(operation, "the answer has no response message");
    const refusal = refusalIn(message, status);
    if (refusal) throw refused(refusal, operation, purpose);
    return message;
  }

  function checkVersion(operation: string, document: XmlElement): void {
    const { attributes } = findElement(findElement(document, "Header"), "ServerVersionInfo") ?? {};
    if (!attributes) return;
    const numbers = ["MajorVersion", "MinorVersion", "MajorBuildNumber"].map((name) => Number(attributes[name]));
    if (numbers.some(Number.isNaN)) return;
    version = numbers.join(".");
    if (isOlder(numbers, oldest))
      throw new FailureError(
        failureOf("EXCHANGE_TOO_OLD", { ...evidenceOf(operation), reply: `the server is Exchange ${version}` }),
      );
  }

  const malformed = (operation: string, reply: string) =>
    new FailureError(failureOf("PROTOCOL_ERROR", { ...evidenceOf(operation), reply: redactSecrets(reply, secrets) }));

  async function answerOf(operation: string, sending: Sending, limits: Limits, purpose?: "send"): Promise<XmlElement> {
    const { document, status } = await documentOf(operation, sending, limits, purpose);
    return messageIn(operation, document, status, purpose);
  }

  async function documentOf(operation: string, sending: Sending, limits: Limits, purpose?: "send") {
    const response = await post(operation, sending, limits);
    if (!isXml(response)) throw refused(await readRefusal(response), operation, purpose);
    const reading = read(operation, response);
    for (;;) {
      const { value, done } = await reading.next();
      if (done) return { document: value, status: response.status };
    }
  }

  const inMemory = (body: string): Sending => {
    const bytes = Buffer.from(envelope(whose, body));
    return { length: bytes.length, pieces: () => [bytes] };
  };

  return {
    whose,
    url,
    get scheme() {
      return transport.scheme;
    },
    get offersBasic() {
      return transport.offersBasic;
    },
    get secured() {
      return transport.secured;
    },
    get version() {
      return version;
    },
    reach: transport.reach,
    ask: (operation, body, signal) => answerOf(operation, inMemory(body), { signal }),
    send: (operation, sending, signal, timeoutMs) => answerOf(operation, sending, { signal, timeoutMs }, "send"),
    async *mime(id, signal) {
      const operation = "GetItem";
      const limits = { signal, timeoutMs: MIME_MS, maximumBytes: MIME_BYTES, streams: true };
      const response = await post(operation, inMemory(getMime(id)), limits);
      if (!isXml(response)) throw refused(await readRefusal(response), operation);
      const base64 = base64Stream();
      let decoded: Uint8Array[] = [];
      const take = (text: string) => decoded.push(base64.write(text));
      const reading = read(operation, response, { name: "MimeContent", take });
      for (;;) {
        const { value, done } = await reading.next();
        if (done) decoded.push(base64.end());
        const ready = decoded;
        decoded = [];
        for (const piece of ready) if (piece.length > 0) yield piece;
        if (!done) continue;
        messageIn(operation, value, response.status);
        return;
      }
    },
    async several(ids, signal) {
      const { document } = await documentOf("GetItem", inMemory(getMime(...ids)), { signal });
      const messages = findElement(document, "ResponseMessages")?.children ?? [];
      return new Map(messages.flatMap((message) => mimeIn(message, ids)));
    },
    failure: (thrown, operation) => networkFailure(thrown, evidenceOf(operation)),
    close: transport.close,
  };
}

/** The message that an answer has; nothing for another one, or for a refusal. */
function mimeIn(message: XmlElement, wanted: readonly string[]): [string, Uint8Array][] {
  const id = findElement(message, "ItemId")?.attributes.Id ?? "";
  const content = findElement(message, "MimeContent")?.text ?? "";
  if (message.attributes.ResponseClass !== "Success" || content === "" || !wanted.includes(id)) return [];
  const base64 = base64Stream();
  return [[id, Buffer.concat([base64.write(content), base64.end()])]];
}

/** Credentials are for the host and port of the profile. */
function refuseAnotherPlace(url: string, { server: { host, port } }: ConnectOptions): void {
  const named = placeOf(url);
  if (bareHost(named.host) === bareHost(host.toLowerCase()) && named.port === port) return;
  const reply = `the address of the API is at ${named.host}, and the profile is for ${host}:${port}`;
  throw new FailureError(failureOf("CREDENTIALS_FOR_ANOTHER_SERVER", { host, port, reply }));
}

/** Exchange 2013 SP1 (15.0.847). */
const oldest = [15, 0, 847];

function isOlder(one: readonly number[], other: readonly number[]): boolean {
  const at = one.findIndex((number, place) => number !== other[place]);
  return at >= 0 && (one[at] ?? 0) < (other[at] ?? 0);
}
