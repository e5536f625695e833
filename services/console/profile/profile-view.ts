import { profile as noun, ProblemError, type Profile } from "@mailfleet/contracts";
import { z } from "zod";
import { orNull } from "../http/parameters.ts";
import type { Call } from "../http/route.ts";
import type { ConsolePorts } from "../ports.ts";

/** Where the authorization server sends the browser back to, below the console's address. */
export const redirectPath = "/oauth/callback";

/** The redirect URI of every profile of this console. */
export function redirectUriOf(ports: Pick<ConsolePorts, "consoleUrl">): string {
  return `${ports.consoleUrl()}${redirectPath}`;
}

/** The link by which the user of a mailbox signs in. */
export function signInUrlOf(ports: Pick<ConsolePorts, "consoleUrl">, mailboxId: string): string {
  return `${ports.consoleUrl()}/sign-in/${mailboxId}`;
}

/** True for a profile whose mailboxes' users sign in themselves. */
export function signsIn(profile: Pick<Profile, "oauth">): boolean {
  return profile.oauth?.flow === "sign-in";
}

/** A profile with the addresses to enter for its OAuth application at the provider. */
export const ProfileView = noun.View.extend({
  redirectUri: z.string().nullable().describe("to enter at the provider; null if nobody signs in"),
  javascriptOrigin: z.string().nullable().describe("to enter at the provider; null if nobody signs in"),
});
export type ProfileView = z.infer<typeof ProfileView>;

/** Whether owners see it and may choose it. */
export const isForOwners = ({ active, forOwners }: Profile): boolean => active && forOwners;

/** Owners choose among the profiles for them; another is to them as if it did not exist. @throws NOT_FOUND */
export async function refuseForeignProfile(call: Pick<Call, "ask">, profileId: string | undefined): Promise<void> {
  if (profileId === undefined) return;
  const profile = await orNull(call.ask("config.profile.get", { id: profileId }), ["NOT_FOUND"]);
  if (!profile || !isForOwners(profile))
    throw new ProblemError("NOT_FOUND", `There is no active profile ${profileId}.`);
}

/** Adds the addresses to copy to the provider. */
export function viewProfile(ports: Pick<ConsolePorts, "consoleUrl">, profile: Profile): ProfileView {
  const shown = signsIn(profile);
  return {
    ...profile,
    redirectUri: shown ? redirectUriOf(ports) : null,
    javascriptOrigin: shown ? ports.consoleUrl() : null,
  };
}
