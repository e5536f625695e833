import {
  DeferredError,
  type Envelope,
  type Permission,
  PermissionRefused,
  permitted,
  type RejectedRecipient,
  type StreamedMessage,
  type Submitted,
  UncertainError,
} from "@mailfleet/connector-api";
import { type EightBitPolicy, type Failure, FailureError, failureOf } from "@mailfleet/contracts";
import type { Channel } from "./channel.ts";
import { classifyError } from "./classify-error.ts";
import { type ClassifiedReply, classifyReply } from "./classify-reply.ts";
import type { Deadlines } from "./deadlines.ts";
import { type WireEnvelope, wireEnvelope } from "./envelope.ts";
import { type FittedMessage, fitBytes, fitServer } from "./fit-server.ts";
import type { SmtpReply } from "./reply.ts";
import type { Stage } from "./reply-rules.ts";
import type { Connected } from "./set-up.ts";
import { WireEncoder, wireData } from "./wire-data.ts";

/** What one transaction is given besides the message. */
export interface TransactionContext {
  readonly deadlines: Deadlines;
  /** Evidence: where this happened. */
  readonly host: string;
  readonly port: number;
  readonly signedIn: boolean;
  readonly eightBitPolicy: EightBitPolicy;
}

/** Up to this size, in bytes, a message and its dot go out in one write. */
const SMALL_MESSAGE = 64 * 1024;

/** Before the final dot was written nothing can have been sent; afterwards only an answer tells. */
type Phase = "before-dot" | "dot-written";

/** What is to be handed over, and what the caller allows. */
export interface Handover {
  readonly envelope: Envelope;
  readonly message: Uint8Array | StreamedMessage;
  readonly signal: AbortSignal;
  readonly permission?: Permission | undefined;
}

/** An envelope as it is said on one connection. */
interface Opening extends WireEnvelope {
  readonly on: Connected;
  /** In the form in which this server takes it. */
  readonly message: Uint8Array | StreamedMessage;
  /** The content, dots doubled and the final one included, if it is small. */
  readonly content: Buffer | null;
  /** True if it is written already, in one go with DATA. */
  written: boolean;
}

/**
 * One mail transaction (RFC 5321 §3.3). With PIPELINING (RFC 2920) it takes two round trips, or one if its envelope
 * went out behind the content of the message before; else one per command.
 */
export class Transaction {
  readonly #given: Handover;
  #asked: Promise<void> | undefined;
  #opening: Opening | null = null;

  constructor(given: Handover) {
    this.#given = given;
  }

  /** It goes out in one write. */
  get isSmall(): boolean {
    const { message } = this.#given;
    return message instanceof Uint8Array && message.length <= SMALL_MESSAGE;
  }

  /** Asks for the permission now, so that it is there when the content may go. Once, however often it is called. */
  ask(): void {
    this.#asked ??= this.#given.permission?.ask();
    this.#asked?.catch(() => {});
  }

  /**
   * Begins behind another message: the commands of the envelope, to be written at once with the end of that message's
   * content. `null`: it cannot be begun so, and begins when it is its turn.
   */
  behind(connected: Connected, policy: EightBitPolicy): Buffer | null {
    const { message, signal } = this.#given;
    const { pipelining } = connected.capabilities;
    if (!pipelining || signal.aborted || !(message instanceof Uint8Array) || !this.isSmall) return null;
    try {
      this.#opening = { ...this.#open(connected, fitBytes(message, connected.capabilities, policy)), written: true };
    } catch {
      // What cannot be said is said in its own turn.
      return null;
    }
    return Buffer.from(together(this.#opening));
  }

  /** Before a message is refused for what the server lacks, it is asked whether it still lacks it after the sign-in. */
  async #prepare(connected: Connected, { eightBitPolicy, deadlines }: TransactionContext): Promise<Opening> {
    const prepared = async () =>
      this.#open(connected, await fitServer(this.#given.message, connected.capabilities, eightBitPolicy));
    return prepared().catch(async (error: unknown) => {
      if (!(error instanceof FailureError) || !(await connected.ask(deadlines.commandMs))) throw error;
      return prepared();
    });
  }

  #open(on: Connected, fitted: FittedMessage): Opening {
    const { message } = fitted;
    const small = message instanceof Uint8Array && message.length <= SMALL_MESSAGE;
    const content = small ? Buffer.concat(wireData(message)) : null;
    const size = content?.length ?? fitted.size;
    const wire = wireEnvelope(this.#given.envelope, { ...fitted, size }, on.capabilities);
    return { on, written: false, message, content, ...wire };
  }

  /**
   * Hands over. Throws `DeferredError`, `FailureError`, or `UncertainError` if the connection was lost from the moment
   * the final dot was handed to the socket. Leaves the connection ready for the next message, or ended. `follow` gives
   * what is to be written behind the content, and hears by `answered` when the server has answered to it.
   */
  async over(
    connected: Connected,
    context: TransactionContext,
    follow: () => { readonly commands: Buffer | null; answered(): void } = () => nobody,
  ): Promise<Submitted> {
    const { channel } = connected;
    const { deadlines } = context;
    const { envelope, signal, permission } = this.#given;
    let phase: Phase = "before-dot";
    let rejected: readonly RejectedRecipient[] = [];
    const abort = () => {
      if (phase === "before-dot")
        channel.end(new FailureError(failureOf("CONNECTION_LOST", { systemCode: "ABORTED" })));
    };
    signal.addEventListener("abort", abort, { once: true });
    const refuse = (stage: Stage, reply: SmtpReply, command: string) => raise(classify(stage, reply, command, context));

    try {
      if (signal.aborted) abort();
      const begun = this.#opening?.on === connected ? this.#opening : null;
      this.#opening = null;
      let opening = begun ?? (await this.#prepare(connected, context));
      // Of a small message asked while the envelope is on its way, so that it costs no extra time.
      if (opening.content) this.ask();
      let replies = await exchangeEnvelope(connected, opening, deadlines.commandMs);
      if (opening.named && refusesParameters(replies)) {
        connected.doWithoutDsn();
        await giveUp(connected, replies.data, deadlines.commandMs);
        opening = await this.#prepare(connected, context);
        replies = await exchangeEnvelope(connected, opening, deadlines.commandMs);
      }
      const { content, message } = opening;
      const { mail, recipients, data } = replies;

      if (mail.code >= 300) {
        await giveUp(connected, data, deadlines.commandMs);
        throw refuse("mail", mail, opening.mail.trim());
      }
      const answers = recipients.map((reply, index) => {
        const command = (opening.recipients[index] ?? "").trim();
        return { reply, found: reply.code < 300 ? null : classify("rcpt", reply, command, context) };
      });
      if (answers.every(({ found }) => found)) {
        await giveUp(connected, data, deadlines.commandMs);
        throw allRefused(answers);
      }
      rejected = answers.flatMap((one, n) => rejectedOf(envelope.to[n] as string, one));
      if (data === null) channel.write("DATA\r\n");
      const go = data ?? (await channel.reply(deadlines.commandMs));
      if (go.code !== 354) {
        if (go.code < 400) channel.end(new FailureError(failureOf("PROTOCOL_ERROR")));
        else await reset(connected, deadlines.commandMs);
        throw refuse("data", go, "DATA");
      }
      // Of a large message all but the dot goes out while it is still certain that nothing was sent.
      const rest = content ?? (await writeContent(channel, message, deadlines.dataBlockMs));
      this.ask();
      await permitted(permission, this.#asked);
      // Nothing answers to half a message but a refusal.
      const early = channel.early;
      if (early) {
        channel.end(new FailureError(failureOf("CONNECTION_LOST")));
        throw refuse("final", early, "DATA (message)");
      }
      if (channel.ended) throw channel.ended;
      const { commands, answered } = follow();
      phase = "dot-written";
      channel.write(commands ? Buffer.concat([rest, commands]) : rest);
      let answer = await channel.reply(deadlines.finalMs);
      // Some servers ask twice for the content.
      if (answer.code === 354) answer = await channel.reply(deadlines.finalMs);
      answered();
      if (answer.code >= 200 && answer.code < 300) {
        return {
          answer: answer.text,
          rejected,
        };
      }
      if (answer.code < 400) throw new Error(`the final dot was answered with ${answer.text.slice(0, 200)}`);
      phase = "before-dot";
      throw refuse("final", answer, "DATA (message)");
    } catch (error) {
      if (phase === "dot-written") {
        channel.end(error);
        const failure = classifyError(error);
        throw new UncertainError(`no answer to the final dot: ${failure.code}`, { cause: error, rejected });
      }
      if (error instanceof PermissionRefused) {
        // Dropped without its dot: the server sends nothing.
        channel.end(error);
        throw error;
      }
      // A refusal stays one if the server closes the connection behind it.
      if (error instanceof FailureError && error.failure.code !== "CONNECTION_LOST") throw error;
      const said = signal.aborted ? null : channel.early;
      channel.end(error);
      if (said && said.code >= 400) throw refuse("final", said, "DATA (message)");
      throw brokenOff(error, context);
    } finally {
      signal.removeEventListener("abort", abort);
    }
  }
}

const nobody = { commands: null, answered: () => {} };

/** An envelope in one write, with DATA at its end (RFC 2920 §3.1). */
const together = ({ mail, recipients }: WireEnvelope) => `${mail}${recipients.join("")}DATA\r\n`;

/** Writes all but the end, which is the answer; as fast as the server takes it. */
async function writeContent(
  channel: Channel,
  message: Uint8Array | StreamedMessage,
  progressMs: number,
): Promise<Buffer> {
  const encoder = new WireEncoder();
  if (message instanceof Uint8Array) await channel.writeAll(encoder.encode(message), progressMs);
  else for await (const piece of message.stream()) await channel.writeAll(encoder.encode(piece), progressMs);
  return encoder.end();
}

interface EnvelopeReplies {
  readonly mail: SmtpReply;
  readonly recipients: readonly SmtpReply[];
  /** Set if DATA was sent along. */
  readonly data: SmtpReply | null;
}

/** Throws what ended the connection, unless the server refused something before it went. */
async function exchangeEnvelope(
  { channel, capabilities }: Connected,
  opening: Opening,
  withinMs: number,
): Promise<EnvelopeReplies> {
  const { mail, recipients } = opening;
  const replies: SmtpReply[] = [];
  const all = recipients.length + (capabilities.pipelining ? 2 : 1);
  try {
    if (capabilities.pipelining && !opening.written) channel.write(together(opening));
    for (let n = 0; n < all; n++) {
      if (!capabilities.pipelining) channel.write(n === 0 ? mail : (recipients[n - 1] as string));
      replies.push(await channel.reply(withinMs));
      if (!capabilities.pipelining && (replies[0] as SmtpReply).code >= 300) break;
    }
  } catch (error) {
    const [first, ...rest] = replies.map(({ code }) => code >= 400);
    // Unless MAIL or every recipient was refused, of some nothing is known.
    const isKnown = first || (rest.length >= recipients.length && rest.every(Boolean));
    if (!isKnown) throw lastWords(replies, error);
  }
  const [first, ...rest] = replies;
  return {
    mail: first as SmtpReply,
    recipients: rest.slice(0, recipients.length),
    data: rest[recipients.length] ?? null,
  };
}

/** Every answer that counts may mean the parameters, and none says that it means an address (RFC 5321 §4.2.3, §4.1.1.11). */
function refusesParameters({ mail, recipients }: EnvelopeReplies): boolean {
  const may = ({ code, enhanced }: SmtpReply) => [501, 504, 555].includes(code) && !enhanced.startsWith("5.1.");
  return may(mail) || (mail.code < 300 && recipients.length > 0 && recipients.every(may));
}

/** The link broke behind a refused recipient, before others were answered. */
function lastWords(replies: readonly SmtpReply[], error: unknown): unknown {
  const said = replies.findLast(({ code }) => code >= 400);
  return said
    ? new DeferredError(failureOf("CONNECTION_LOST", { reply: said.text }), "message", { cause: error })
    : error;
}

/**
 * Makes the connection ready again after a refused envelope. If the server said 354 anyway, a dot would hand it an
 * empty message: the connection is dropped instead, which sends nothing.
 */
async function giveUp(connected: Connected, data: SmtpReply | null, withinMs: number): Promise<void> {
  if (data?.code === 354) connected.channel.end(new FailureError(failureOf("CONNECTION_LOST")));
  else await reset(connected, withinMs);
}

/** RSET; a server that does not even take that is left. What was refused is the news, not this. */
async function reset({ channel }: Connected, withinMs: number): Promise<void> {
  if (channel.ended) return;
  channel.write("RSET\r\n");
  const reply = await channel.reply(withinMs).catch(() => null);
  if (reply === null || reply.code >= 300) channel.end(new FailureError(failureOf("CONNECTION_LOST")));
}

function classify(stage: Stage, reply: SmtpReply, command: string, context: TransactionContext): ClassifiedReply {
  const classified = classifyReply(stage, reply, {
    host: context.host,
    port: context.port,
    command: command.slice(0, 500),
  });
  if (context.signedIn || !wantsSignIn(classified.failure, stage, reply)) return classified;
  return { ...classified, whose: "mailbox", failure: failureOf("SIGN_IN_NEEDED", classified.failure.evidence) };
}

/** A server that relays only for those who signed in says so at RCPT, as a policy (5.7.1) or in words. */
function wantsSignIn({ code }: Failure, stage: Stage, { code: basic, enhanced, text }: SmtpReply): boolean {
  if (code === "AUTHENTICATION_REJECTED") return true;
  if (stage !== "rcpt" || basic < 500) return false;
  return enhanced === "5.7.1" || /\brelay(ing)?\b.{0,40}(denied|not (allowed|permitted))/i.test(text);
}

function raise({ failure, whose }: ClassifiedReply): FailureError {
  const own = whose !== "mailbox" && failure.kind !== "message";
  return own ? new DeferredError(failure, whose) : new FailureError(failure);
}

/** The connection was lost, or the server said nothing, in the middle of this message: its own failure so far. */
function brokenOff(error: unknown, { host, port }: TransactionContext): FailureError {
  const found = classifyError(error);
  const failure = found.kind === "transient" ? found : failureOf("PROTOCOL_ERROR", found.evidence);
  return new DeferredError({ ...failure, evidence: { host, port, ...failure.evidence } }, "message", { cause: error });
}

/** How one recipient was answered; `found` is null if he was taken. */
interface RecipientAnswer {
  readonly reply: SmtpReply;
  readonly found: ClassifiedReply | null;
}

/**
 * No recipient was taken. What concerns the whole mailbox (sender, limits, signing in) goes first; one 4xx puts the
 * message off; only if every reply is a 5xx are the recipients refused for good.
 */
function allRefused(answers: readonly RecipientAnswer[]): FailureError {
  const found = answers.flatMap((answer) => answer.found ?? []);
  const chosen =
    found.find(({ whose }) => whose === "mailbox") ??
    found.find(({ failure }) => failure.kind !== "message") ??
    found[0];
  return chosen ? raise(chosen) : new FailureError(failureOf("RECIPIENT_REFUSED"));
}

/**
 * A recipient who was not taken while others were. A 552 behind them is what older servers say for 452, too many
 * recipients (RFC 5321 §4.5.3.1.10), unless it is named as a full mailbox.
 */
function rejectedOf(address: string, { reply, found }: RecipientAnswer): readonly RejectedRecipient[] {
  if (!found) return [];
  const isTooMany =
    found.another || ((reply.code === 552 || reply.code === 452) && !/^[45]\.[23]\./.test(reply.enhanced));
  const again = isTooMany ? "now" : found.failure.kind === "message" ? undefined : "later";
  return [{ address, reply: reply.text, ...(again && { again }) }];
}
