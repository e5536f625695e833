import type { DeadLetter, DeadLetterBody as DeadLetterMessage } from "@mailfleet/contracts";
import type { Shown, Stored } from "@mailfleet/kit";

/** A dead letter with all that is needed to publish it again. */
export interface DeadLetterBody extends Readonly<Omit<DeadLetter, "id" | "v" | "createdAt" | "changedAt">> {
  /** As they came. */
  readonly headers: DeadLetterMessage["headers"];
  /** The whole body, base64. */
  readonly data: string;
  /** Who replayed or discarded it. */
  readonly decidedBy?: string;
  readonly forgetAt: Date;
}

/** A dead letter as it is kept. */
export type StoredDeadLetter = Stored<DeadLetterBody>;
/** As much of it as is shown. */
export type ShownDeadLetter = Shown<DeadLetterBody>;

/** The collection of dead letters. */
export const deadLetterCollection = "dead-letters";
