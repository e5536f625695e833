import { type ProfileSettings, serverDestination, tokenDestination } from "@mailfleet/contracts";
import { completeOAuthClient } from "@mailfleet/oauth";

/** Where the secrets of a profile and of its mailboxes go. They are sealed for these destinations and open for no other. */
interface Destinations {
  readonly inbound: string;
  readonly outbound: string;
  /** `null` where there is no application. */
  readonly token: string | null;
}

/** The destinations of these settings. */
export function destinationsOf({ inbound, outbound, oauth }: ProfileSettings): Destinations {
  return {
    inbound: serverDestination(inbound),
    outbound: serverDestination(outbound),
    token: oauth
      ? tokenDestination(completeOAuthClient(oauth, { inbound, outbound, which: [] }, null).tokenEndpoint)
      : null,
  };
}
