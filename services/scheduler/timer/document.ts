import type { TimerDelivery } from "@mailfleet/contracts";
import type { Target } from "./targets.ts";

/** A timer: live while it has a `due`, afterwards the tombstone that keeps a late message from reviving it. */
export interface TimerDocument {
  /** `<owner>/<name>` */
  readonly _id: string;
  readonly owner: string;
  readonly name: string;
  /** Orders sets and clears of this timer. */
  readonly seq: number;
  /** Milliseconds since the epoch; absent in a tombstone. */
  readonly due?: number;
  readonly everyMs?: number;
  readonly deliver?: TimerDelivery;
  /** The stream that it delivers to. */
  readonly target?: Target;
  /** `due` is not one of its slots, but the time at which a missed slot is made up for. */
  readonly madeUp?: boolean;
  /** A one-shot that asks for a run while another is outstanding: how long it waits between its last two tries. */
  readonly waitMs?: number;
  /** When the tombstone may go. */
  readonly expireAt?: Date;
}

/** A timer that will fire. */
export type LiveTimer = TimerDocument & Required<Pick<TimerDocument, "due" | "deliver">>;

/** What a message asks for. */
export type TimerOrder =
  | (Pick<LiveTimer, "owner" | "name" | "seq" | "due" | "everyMs" | "deliver"> & { readonly order: "set" })
  | (Pick<LiveTimer, "owner" | "name" | "seq"> & { readonly order: "clear" });

/** What becomes of a timer that was due: its next time, or nothing. `seq` and `due` are as they were read. */
export interface TimerAdvance {
  readonly _id: string;
  readonly seq: number;
  readonly due: number;
  /** `null`: it was a one-shot. */
  readonly next: number | null;
  readonly waitMs?: number;
  readonly madeUp?: boolean;
}
