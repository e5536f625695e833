import type { DeadLetter, DeadLetterBody as DeadLetterMessage } from "@mailfleet/contracts";
import type { Shown, Stored } from "@mailfleet/kit";

/** A dead letter with everything that publishing it again needs. */
export interface DeadLetterBody extends Readonly<Omit<DeadLetter, "id" | "v" | "createdAt" | "changedAt">> {
  /** The headers as they arrived. */
  readonly headers: DeadLetterMessage["headers"];
  /** The whole body, base64. */
  readonly data: string;
  /** The person who replayed or discarded it. */
  readonly decidedBy?: string;
  readonly forgetAt: Date;
}

/** A dead letter as it is kept. */
export type StoredDeadLetter = Stored<DeadLetterBody>;
/** The fields that are shown. */
export type ShownDeadLetter = Shown<DeadLetterBody>;

/** The collection of dead letters. */
export const deadLetterCollection = "dead-letters";
