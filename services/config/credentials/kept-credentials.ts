import {
  ProblemError,
  type ProfileSettings,
  type Sealed,
  type SealedCredentials,
  type SealedMailboxCredentials,
  type SealedOAuthSecret,
  sealedAs,
  sealedFor,
} from "@mailfleet/contracts";
import type { Configuration } from "../mailbox/body.ts";
import { destinationsOf } from "../profile/destinations.ts";

/** A profile's credentials as they are kept. */
export interface KeptCredentials extends SealedCredentials {
  setAt: number;
}

/** A mailbox's credentials as they are kept. */
export type KeptMailboxCredentials = NonNullable<Configuration["credentials"]>;

/**
 * A mailbox's credentials that were sealed for it and for the servers of its profile. Sealing for another one is a
 * mistake that nobody could open later. @throws INVALID, SECRET_NEEDED_AGAIN
 */
export function keptMailboxCredentials(
  { username, passwords }: SealedMailboxCredentials,
  mailboxId: string,
  profile: { readonly settings: ProfileSettings },
  setAt: number,
): KeptMailboxCredentials {
  const destinations = destinationsOf(profile.settings);
  for (const direction of ["inbound", "outbound"] as const)
    refuseWronglySealed(
      passwords[direction],
      sealedFor(mailboxId, "mailbox-password", destinations[direction]),
      `/credentials/passwords/${direction}`,
    );
  return { username, passwords, setAt };
}

/** Refuses what was sealed for something else. @throws INVALID, SECRET_NEEDED_AGAIN if only the destination changed */
export function refuseWronglySealed(sealed: Sealed, expected: string, pointer: string): void {
  const given = sealedAs(sealed);
  if (given === expected) return;
  const reason = `must be ${expected}`;
  if (given.split("|", 2).join("|") === expected.split("|", 2).join("|"))
    throw new ProblemError("SECRET_NEEDED_AGAIN", `${pointer} was sealed for a server that is another by now.`, {
      remedy: "Send the change again.",
      errors: [{ pointer: `${pointer}/aad`, reason }],
    });
  throw new ProblemError("INVALID", `${pointer}/aad was sealed for something else`, {
    remedy: `Seal the secret with the additional data ${expected}.`,
    errors: [{ pointer: `${pointer}/aad`, reason }],
  });
}

/** The secret of an OAuth application as it is kept. */
export type KeptOAuthSecret = SealedOAuthSecret & { readonly setAt: number };
