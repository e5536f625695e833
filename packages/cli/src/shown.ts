import type { Activity, Direction, DirectionStatus, Grant, Mailbox } from "@mailfleet/contracts";

/** Fields that are points in time: numbers inside Mailfleet, ISO 8601 text in the API. */
type InstantName = `${string}At` | "at" | "processFrom" | "date" | "due";

/** A resource as the API shows it. */
export type Shown<Resource> = Resource extends readonly (infer Item)[]
  ? Shown<Item>[]
  : Resource extends object
    ? { [Key in keyof Resource]: Key extends InstantName ? AsText<Resource[Key]> : Shown<Resource[Key]> }
    : Resource;
type AsText<Value> = Value extends number ? string : Value;

/** One direction of a mailbox as `GET /mailboxes/{mailbox}` shows it. */
export type ShownDirection = Shown<DirectionStatus> & {
  readonly activity: Shown<Omit<Activity, "mailboxId">> | null;
  readonly nextRunAt: string | null;
};

/** The answer of `GET /mailboxes/{mailbox}`. */
export type ShownMailbox = Omit<Shown<Mailbox>, "directions"> & {
  readonly directions: Record<Direction, ShownDirection>;
  /** What the mailbox's user permitted; `null` where nobody did, absent in answers to commands. */
  readonly grant?: Shown<Grant> | null;
  /** Where the mailbox's user signs in; `null` where the profile needs none. */
  readonly signInUrl?: string | null;
  /** Services that did not answer in time. */
  readonly unavailable: string[];
};
