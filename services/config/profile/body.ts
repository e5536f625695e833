import type { ProfileSettings } from "@mailfleet/contracts";
import type { Shown, Stored } from "@mailfleet/kit";
import type { ProfileSecrets } from "./secrets.ts";

/** A profile: where its mailboxes receive and send. */
export interface ProfileBody extends ProfileSecrets {
  readonly settings: ProfileSettings;
  readonly active: boolean;
  /**
   * The version in which each field that connections depend on changed last, by JSON pointer. A mailbox that has taken
   * over version p must still take over the fields above p.
   */
  readonly changedIn: Readonly<Record<string, number>>;
  /** The highest of `changedIn`: mailboxes with a lower `profileV` are outdated. */
  readonly relevantV: number;
  /** The last test with the secrets that are to come, if it passed. `of`: what was tested (`nextNamed`). */
  readonly nextTest?: { readonly at: number; readonly mailbox: string; readonly of: string } | undefined;
  /** Since when more than half of its mailboxes do not work, and whether that was reported. */
  readonly failing?: { readonly since: number; readonly isTold: boolean } | undefined;
  /** The last warning about the end of the application's secret: `<end>:<code>`. */
  readonly warnedOfSecret?: string;
}

/** A profile as it is stored. */
export type StoredProfile = Stored<ProfileBody>;
/** The part of a profile that is needed to decide and to show. */
export type ShownProfile = Shown<ProfileBody>;

/** The collection of profiles. */
export const profileCollection = "profiles";
