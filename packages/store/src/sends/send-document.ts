import type { Failure, OutgoingMessage, SendState } from "@mailfleet/contracts";

/** One try at handing a send over. Without an end: the process that made it was lost. */
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

/** Who makes the attempt that is under way. */
export interface SendClaim {
  /** Unique for each batch of claims; every write of its result names it. */
  readonly token: string;
  /** The process; it renews its claims while it lives. */
  readonly owner: string;
  readonly startedAt: number;
  readonly until: number;
}

/** A send without its bytes. All times are milliseconds since the epoch. */
export interface StoredSend {
  readonly id: string;
  readonly mailboxId: string;
  readonly idempotencyKey: string;
  /** SHA-256 of the content as it was asked for: the same key with another content is a mistake. */
  readonly contentHash: string;
  readonly by: string;
  readonly correlation?: string;
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
  /** When a sweep must look at it; absent when nothing will happen by itself. */
  readonly due?: number;
  readonly nextAttemptAt: number | null;
  readonly answer: string | null;
  readonly rejected: readonly RejectedRecipient[];
  readonly failure?: Failure;
  readonly commands: readonly string[];
}

/** How it lies in MongoDB. */
export interface SendDocument extends Omit<StoredSend, "id"> {
  readonly _id: string;
  /** The state again, while it is not on its normal way: for lists of what needs attention. */
  readonly attention?: SendState;
  /** Names its bytes in `sendBodies`. */
  readonly body: string;
  readonly outbox: readonly OutgoingMessage[];
  /** Id of the last change, so that a change repeated after an outage is recognised. */
  readonly changeId: string;
  readonly purgeAt?: Date;
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
  | "messageId"
  | "from"
  | "envelopeFrom"
  | "to"
  | "subject"
  | "acceptedAt"
> & { readonly raw: Uint8Array };

/**
 * A change of one send by compare-and-swap: made only if the send is in one of `from` and, where `token` is given, still
 * claimed by it.
 */
export interface SendChange {
  readonly sendId: string;
  readonly from: readonly SendState[];
  readonly token?: string;
  readonly state: SendState;
  readonly at: number;
  /** `null`: nothing will happen by itself. */
  readonly due: number | null;
  readonly nextAttemptAt?: number | null;
  /** The attempt that ended; its claim ends with it. */
  readonly attempt?: SendAttempt;
  /** True: the claim stays, so that its holder's late answer still counts. */
  readonly keepClaim?: boolean;
  readonly deferrals?: number;
  readonly waitsSince?: number;
  readonly answer?: string;
  readonly remaining?: readonly string[];
  readonly rejected?: readonly RejectedRecipient[];
  /** `null` takes it away. */
  readonly failure?: Failure | null;
  readonly purgeAt?: number | null;
  readonly command?: string;
  /** Published after the commit, and by a sweep if that fails. */
  readonly outbox: readonly OutgoingMessage[];
}
