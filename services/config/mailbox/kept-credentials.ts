import { type ProfileSettings, type SealedMailboxCredentials, sealedFor } from "@mailfleet/contracts";
import { destinationsOf } from "../profile/destinations.ts";
import { refuseWronglySealed } from "../profile/secrets.ts";
import type { Configuration } from "./body.ts";

/**
 * A mailbox's credentials that were sealed for it and for the servers of its profile. Sealing for another one is a
 * mistake that nobody could open later. @throws INVALID, SECRET_NEEDED_AGAIN
 */
export function keptMailboxCredentials(
  { username, passwords }: SealedMailboxCredentials,
  mailboxId: string,
  profile: { readonly settings: ProfileSettings },
  setAt: number,
): NonNullable<Configuration["credentials"]> {
  const destinations = destinationsOf(profile.settings);
  for (const direction of ["inbound", "outbound"] as const)
    refuseWronglySealed(
      passwords[direction],
      sealedFor(mailboxId, "mailbox-password", destinations[direction]),
      `/credentials/passwords/${direction}`,
    );
  return { username, passwords, setAt };
}
