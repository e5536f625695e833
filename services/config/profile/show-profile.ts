import type { Profile, Settings } from "@mailfleet/contracts";
import type { ShownProfile } from "./body.ts";
import { nextTestOf } from "./next-secrets.ts";
import { maximumMailboxes } from "./problems.ts";
import type { KeptCredentials } from "./secrets.ts";

/** A profile as people see it. Of credentials it shows only that they are set, for whom, and since when. */
export function showProfile(
  profile: ShownProfile,
  settings: Pick<Settings, "defaultProfileId">,
  mailboxes: number,
): Profile {
  const shownCredentials = (kept: KeptCredentials | undefined) =>
    kept ? { username: kept.username, setAt: kept.setAt } : null;
  return {
    id: profile._id,
    v: profile.v,
    ...profile.settings,
    active: profile.active,
    isDefault: settings.defaultProfileId === profile._id,
    inboundCredentials: shownCredentials(profile.inboundCredentials),
    outboundCredentials: shownCredentials(profile.outboundCredentials),
    oauthSecret: shownSecret(profile.oauthSecret),
    nextInboundCredentials: shownCredentials(profile.nextInboundCredentials),
    nextOutboundCredentials: shownCredentials(profile.nextOutboundCredentials),
    nextOauthSecret: shownSecret(profile.nextOauthSecret),
    nextTest: shownTest(profile),
    mailboxes,
    maximumMailboxes: maximumMailboxes(profile.settings),
    createdAt: profile.createdAt,
    changedAt: profile.changedAt,
  };
}

function shownSecret(kept: ShownProfile["oauthSecret"]): Profile["oauthSecret"] {
  if (!kept) return null;
  const { secret: _, ...shown } = kept;
  return shown;
}

function shownTest(profile: ShownProfile): Profile["nextTest"] {
  const passed = nextTestOf(profile);
  return passed ? { at: passed.at, mailbox: passed.mailbox } : null;
}
