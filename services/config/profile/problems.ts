import { maximumMailboxesPerGmailProfile, ProblemError, type ProfileSettings } from "@mailfleet/contracts";

/** Two living profiles never share a name, because people choose by it. */
export function nameTaken(name: string): ProblemError {
  return new ProblemError("ALREADY_EXISTS", `There is a profile named ${name} already.`, {
    remedy: "Choose another name.",
    errors: [{ pointer: "/name", reason: "is taken" }],
  });
}

/** The profile cannot be deleted yet. */
export function profileInUse(detail: string, remedy: string): ProblemError {
  return new ProblemError("IN_USE", detail, { remedy });
}

/** Microsoft's secrets are valid for 24 months at most. One that has already expired is a typing error. */
export function refuseSecretEnd(end: number | undefined, now: number, pointer: string): void {
  if (end === undefined) return;
  const latest = new Date(now);
  latest.setUTCMonth(latest.getUTCMonth() + 24);
  // A day of grace for the end of the last day in another time zone.
  const reason =
    end <= now
      ? "must be in the future"
      : end > latest.getTime() + 86_400_000
        ? "must be at most 24 months ahead"
        : null;
  if (reason === null) return;
  throw new ProblemError("INVALID", `${pointer} ${reason}`, { errors: [{ pointer, reason }] });
}

/** How many mailboxes may use a profile; `null`: no limit. */
export function maximumMailboxes({ type, oauth }: Pick<ProfileSettings, "type" | "oauth">): number | null {
  return type === "gmail" && oauth?.flow === "sign-in" ? maximumMailboxesPerGmailProfile : null;
}

/** Whether the credentials of the profile open one inbox only, so that a second mailbox would read the first one's mail. */
export function opensOneInboxOnly({ inbound }: Pick<ProfileSettings, "inbound">): boolean {
  const { credentials, addressing, access = "own" } = inbound;
  return credentials === "profile" && addressing === undefined && access === "own";
}

/** The OAuth client of a Gmail profile has as many users as Google allows. */
export function profileFull(name: string, maximum: number): ProblemError {
  const pointer = "/profileId";
  return new ProblemError(
    "PROFILE_FULL",
    `The profile ${name} has ${maximum} mailboxes, as many as may sign in with it.`,
    {
      remedy: "Create another profile with its own OAuth client, and give it to the mailbox.",
      errors: [{ pointer, reason: `names a profile that has ${maximum} mailboxes already` }],
    },
  );
}

/** The profile cannot tell mailboxes apart: a second one would read the first one's inbox. */
export function notAddressed(name: string): ProblemError {
  return new ProblemError(
    "MAILBOX_NOT_ADDRESSED",
    `The credentials of the profile ${name} open one inbox: a second mailbox would receive the first one's mail.`,
    {
      remedy:
        "Give the profile a way to address each mailbox (inbound.addressing: an authorization identity, or a user name such as {address}*master), or use another profile.",
      errors: [{ pointer: "/profileId", reason: "names a profile that can serve one mailbox only" }],
    },
  );
}
