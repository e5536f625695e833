import { addressesOf, headerValue } from "../gmail/message-text.ts";
import { mailOf, withoutBcc } from "../graph/graph-mail.ts";
import type { TokenMeaning } from "../oauth/requests-and-tokens.ts";
import { answerOf, envelope, failure, fault, success } from "./envelope.ts";
import { actingAs, type EwsRights, impersonated, reachable } from "./ews-access.ts";
import type { EwsCall } from "./ews-call.ts";
import { type EwsCode, EwsError } from "./ews-errors.ts";
import type { EwsMailbox } from "./ews-mailbox.ts";
import { ewsOperations } from "./ews-operations.ts";
import type { EwsCaller } from "./ews-sign-in.ts";
import type { EwsTrouble } from "./ews-trouble.ts";
import { type EwsVersion, speaks } from "./ews-versions.ts";
import { at, readXml, type XmlElement } from "./xml.ts";

/** Says what a bearer token is good for. */
export type Introspect = (token: string) => TokenMeaning | null;

/** A mail that the double took to send. */
export interface EwsMail {
  readonly from: string;
  readonly to: readonly string[];
  readonly raw: Buffer;
}

/** What a request is answered with. */
export interface EwsAnswer {
  readonly status: number;
  readonly body: string;
}

/** A request that was read. */
export interface EwsAsked {
  readonly envelope: XmlElement;
  readonly operation: string;
  readonly request: XmlElement;
}

/** What the service works on. */
export interface EwsService {
  readonly version: () => EwsVersion;
  readonly rights: () => EwsRights;
  readonly written: (raw: Buffer) => Buffer;
  readonly syncStateBytes: () => number;
  readonly mostAtOnce: () => number;
  readonly largestMessage: () => number;
  readonly sent: EwsMail[];
}

/** Reads an envelope; `null` if it is none. */
export function readAsked(body: Buffer): EwsAsked | null {
  const envelope = readXml(body.toString());
  const request = at(envelope ?? undefined, "Body")?.children[0];
  return envelope && request ? { envelope, request, operation: request.name } : null;
}

/** Carries an operation out. */
export function serveEws(
  service: EwsService,
  caller: EwsCaller,
  asked: EwsAsked,
  trouble: EwsTrouble | undefined,
): EwsAnswer {
  const version = service.version();
  const failed = (code: EwsCode, text?: string): EwsAnswer => ({
    status: 500,
    body: envelope(version, fault(code, trouble?.backOffMs, text)),
  });
  const { operation, request } = asked;
  if (trouble?.code && trouble.asFault) return failed(trouble.code);
  const requested = at(asked.envelope, "Header", "RequestServerVersion")?.attributes.Version ?? "Exchange2013";
  if (!speaks(version, requested)) return failed("ErrorInvalidServerVersion");
  const known = ewsOperations[operation];
  if (!known)
    return failed("ErrorSchemaValidation", `The request failed schema validation: ${operation} is not known.`);
  try {
    const mailbox = actingAs(caller, impersonated(asked.envelope), service.rights());
    if (mailbox.atOnce > service.mostAtOnce()) return failed("ErrorExceededConnectionCount");
    const call = callOf(service, mailbox, request);
    const messages = known.each(call).map((one) => {
      if (trouble?.code) return failure(operation, trouble.code, trouble.backOffMs, known.afterError);
      try {
        return success(operation, known.answer(call, one));
      } catch (error) {
        if (error instanceof EwsError) return failure(operation, error.code, undefined, known.afterError);
        throw error;
      }
    });
    if (messages.length === 0) return failed("ErrorSchemaValidation");
    return { status: 200, body: envelope(version, answerOf(operation, messages)) };
  } catch (error) {
    if (error instanceof EwsError) return failed(error.code);
    throw error;
  }
}

function callOf(service: EwsService, mailbox: EwsMailbox, request: XmlElement): EwsCall {
  const rights = service.rights();
  const open = (address: string) => {
    const found = rights.mailboxes.get(address.toLowerCase());
    if (!found) throw new EwsError("ErrorNonExistentMailbox");
    if (!reachable(mailbox, rights).includes(found)) throw new EwsError("ErrorAccessDenied");
    return found;
  };
  return {
    ...{ request, mailbox, open, written: service.written, syncStateBytes: service.syncStateBytes() },
    reachable: () => reachable(mailbox, rights),
    exists: (id) => [...rights.mailboxes.values()].some(({ items }) => items.has(id)),
    directory: () => [...rights.mailboxes.values()].map(({ address }) => address),
    deliver: (from, raw) => {
      if (raw.length > service.largestMessage()) throw new EwsError("ErrorMessageSizeExceeded");
      const [author] = addressesOf(headerValue(raw, "From") ?? "");
      const mayAuthor = reachable(mailbox, rights).some(({ address }) => address.toLowerCase() === author);
      if (!mayAuthor) throw new EwsError("ErrorSendAsDenied");
      const { to } = mailOf(from.address, raw);
      if (to.length === 0) throw new EwsError("ErrorInvalidRecipients");
      service.sent.push({ from: from.address, to, raw });
      const arriving = withoutBcc(raw);
      for (const one of new Set(to.map((address) => address.toLowerCase()))) rights.mailboxes.get(one)?.add(arriving);
    },
  };
}
