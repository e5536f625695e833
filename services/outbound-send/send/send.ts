import type { Failure, OutgoingMessage, SendState } from "@mailfleet/contracts";

/** One attempt to hand a send over. Without an end: its process was lost. */
export interface SendAttempt {
  readonly n: number;
  readonly startedAt: number;
  readonly endedAt?: number;
  readonly failure?: Failure;
}

/** A refused recipient with the server's words. */
export interface RejectedRecipient {
  readonly address: string;
  readonly reply: string;
}

/** Who makes, or made, the last attempt. */
export interface SendClaim {
  /** The process, newly named for each start: its journal says whether the content may be with the server. */
  readonly owner: string;
  readonly startedAt: number;
}

/** What a server said about an attempt that had been given up as lost, while another attempt was under way. */
export interface LateAnswer {
  readonly attempt: number;
  readonly answer: string;
}

/** What is done about a send when its attempt has ended: a held one is looked for, of a sent one a copy is filed. */
export interface Afterwards {
  readonly at: number;
  /** How often it was tried. */
  readonly tries: number;
}

/** A recipient whom a message did not reach although the server had taken it, as a report says. */
export interface Undelivered {
  readonly address: string;
  readonly original?: string | undefined;
  readonly status: string | null;
  readonly diagnostic?: string | undefined;
  readonly at: number;
  /** The report, by its `messageKey`. */
  readonly report: string;
}

/** Somebody answered a message. */
export interface Answered {
  /** The answer, by its `messageKey`. */
  readonly message: string;
  readonly from: string | null;
  readonly at: number;
}

/** A send without its bytes. All times are milliseconds since the epoch. */
export interface StoredSend {
  readonly id: string;
  readonly mailboxId: string;
  readonly idempotencyKey: string;
  /** SHA-256 of the content as it was asked for: the same key with different content is a mistake. */
  readonly contentHash: string;
  readonly by: string;
  readonly correlation?: string;
  /** Of the request that submitted it: its attempts and facts belong to that trace. */
  readonly traceparent?: string;
  readonly state: SendState;
  readonly messageId: string;
  readonly from: string;
  readonly envelopeFrom: string;
  readonly to: readonly string[];
  /** Recipients that the server has not taken or refused for good yet. */
  readonly remaining: readonly string[];
  readonly subject: string;
  readonly size: number;
  readonly acceptedAt: number;
  readonly changedAt: number;
  /** From when its time to wait counts: accepted, or released by a person. */
  readonly waitsSince: number;
  readonly attempt: number;
  /** Attempts that the server put off; only these are limited. */
  readonly deferrals: number;
  readonly attempts: readonly SendAttempt[];
  readonly claim?: SendClaim;
  /** When it is this send's turn, or when it must be looked at; absent if nothing more will happen without a person. */
  readonly due?: number;
  readonly nextAttemptAt: number | null;
  readonly answer: string | null;
  readonly rejected: readonly RejectedRecipient[];
  readonly failure?: Failure;
  readonly late?: LateAnswer;
  readonly commands: readonly string[];
  readonly afterwards?: Afterwards;
  /** When Mailfleet filed a copy among the sent mail. */
  readonly filedAt?: number;
  readonly undelivered?: readonly Undelivered[];
  readonly answers?: readonly Answered[];
  /** It is an automatic answer. */
  readonly automatic?: true;
  /** Set if the message is stored in pieces. */
  readonly body?: SendBody;
}

/** Where a large message lies. */
export interface SendBody {
  readonly uploadId: string;
  readonly eightBit: boolean;
  /** Its header has bytes above 127: addresses that need an international server. */
  readonly eightBitHeader: boolean;
  /** Lines of header that go before the uploaded bytes. */
  readonly head: string;
}

/** A send that is due, with its bytes if they are in the document; otherwise they are read when it is their turn. */
export interface DueSend extends StoredSend {
  readonly raw?: Uint8Array;
}

/** A send whose attempt this process has written down. `attempt` counts it already. */
export interface ClaimedSend extends DueSend {
  readonly claim: SendClaim;
}

/** What a new send is made of. */
export type NewSend = Pick<
  StoredSend,
  | "id"
  | "mailboxId"
  | "idempotencyKey"
  | "contentHash"
  | "by"
  | "correlation"
  | "traceparent"
  | "messageId"
  | "from"
  | "envelopeFrom"
  | "to"
  | "subject"
  | "acceptedAt"
  | "size"
  | "body"
  | "automatic"
> & { readonly raw?: Uint8Array };

/** A change of one send by compare-and-swap: made only if the send is in one of `from`, at this attempt. */
export interface SendChange {
  readonly sendId: string;
  readonly mailboxId: string;
  readonly from: readonly SendState[];
  readonly n: number;
  /** Where given: only while the send is claimed by this process. */
  readonly owner?: string;
  readonly state: SendState;
  readonly at: number;
  /** Of the send, for what is counted. */
  readonly acceptedAt: number;
  /** `null`: nothing more will happen without a person. */
  readonly due: number | null;
  readonly nextAttemptAt?: number | null;
  /** The attempt that ended; its claim ends with it. */
  readonly attempt?: SendAttempt;
  /** True: the claim stays, because its holder may know more than this change does. */
  readonly keepClaim?: boolean;
  readonly deferrals?: number;
  readonly waitsSince?: number;
  readonly answer?: string;
  readonly remaining?: readonly string[];
  readonly rejected?: readonly RejectedRecipient[];
  /** `null` takes it away. */
  readonly failure?: Failure | null;
  readonly purgeAt?: number | null;
  /** Absent: nothing is done afterwards. */
  readonly afterwards?: Afterwards;
  /** The upload that the send refers to, which goes when it goes. */
  readonly uploadId?: string;
  readonly command?: string;
  /** Published after the commit, and by a sweep if that fails. */
  readonly outbox: readonly OutgoingMessage[];
}

/** What a write names a send by. */
export type SendName = Pick<SendChange, "sendId" | "mailboxId">;

/** The most common end of an attempt, of which many are saved at once: the server accepted it for everybody. */
export interface SentSend extends SendName {
  readonly owner: string;
  readonly answer: string;
  readonly purgeAt: number;
}

/** What every change of a send begins with: it counts for the send as it is, in one of these states. */
export function changeOf(send: StoredSend, from: readonly SendState[], at: number) {
  const { id: sendId, mailboxId, attempt: n, acceptedAt } = send;
  return { sendId, mailboxId, n, acceptedAt, uploadId: send.body?.uploadId, from, at };
}
