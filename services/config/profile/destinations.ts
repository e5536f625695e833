import { type ProfileSettings, serverDestination, tokenDestination } from "@mailfleet/contracts";
import { completeOAuthClient } from "@mailfleet/oauth";

/** Where the secrets of a profile and of its mailboxes go: they are sealed for these and open for no other. */
interface Destinations {
  readonly inbound: string;
  readonly outbound: string;
  /** `null` where there is no application. */
  readonly token: string | null;
}

/** See `Destinations`. */
export function destinationsOf({ inbound, outbound, oauth }: ProfileSettings): Destinations {
  return {
    inbound: serverDestination(inbound),
    outbound: serverDestination(outbound),
    token: oauth
      ? tokenDestination(completeOAuthClient(oauth, { inbound, outbound, which: [] }, null).tokenEndpoint)
      : null,
  };
}
