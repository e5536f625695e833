import type { Grant } from "@mailfleet/contracts";
import type { GrantDocument } from "./store.ts";

/** A consent as it is shown: nothing of its token. */
export function showGrant(grant: GrantDocument): Grant {
  const { _id, v, state, account, scopes, grantedAt, grantedBy } = grant;
  const { expiresAt, accessTokenExpiresAt, lastRefreshAt, lastRefreshFailure } = grant;
  return {
    mailboxId: _id,
    ...{ v, state, account, scopes, grantedAt, grantedBy },
    ...{ expiresAt, accessTokenExpiresAt, lastRefreshAt, lastRefreshFailure },
  };
}
