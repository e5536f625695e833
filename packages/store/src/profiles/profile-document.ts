import type { ProfileSettings, Sealed, SealedOAuthSecret } from "@mailfleet/contracts";

/** A command that was carried out, with the answer it got. */
export interface HandledCommand {
  id: string;
  at: number;
  answer: unknown;
}

/** How many commands a profile or the settings remember. */
export const handledLength = 32;

/** A user name with its sealed password. */
export interface ProfileCredentials {
  username: string;
  password: Sealed;
  setAt: number;
}

/** An e-mail server profile (domain 1.1): where its mailboxes receive and send. */
export interface ProfileDocument {
  _id: string;
  /** Raised by every change; compared and swapped. */
  v: number;
  settings: ProfileSettings;
  active: boolean;
  /** For all its mailboxes, where `settings.inbound.credentials` is `profile`. Sealed for this profile. */
  inboundCredentials?: ProfileCredentials;
  /** The same for sending. */
  outboundCredentials?: ProfileCredentials;
  /** Secret, certificate or service account's key of the OAuth application. Sealed for this profile. */
  oauthSecret?: SealedOAuthSecret & { setAt: number };
  /**
   * Version in which each field that matters to connections changed last, by JSON pointer. A mailbox that took version
   * p into account has still to hear of those above p.
   */
  changedIn: Record<string, number>;
  /** The highest of `changedIn`: mailboxes with a lower `profileV` are behind. */
  relevantV: number;
  /** What was said last of the end of the application's secret: `<end>:<code>`. */
  warnedOfSecret?: string | null;
  handled: HandledCommand[];
  createdAt: number;
  changedAt: number;
  /** Present until it is deleted. */
  living?: true;
  expireAt?: Date;
}
