import { ProblemError, type Profile } from "@mailfleet/contracts";
import { idFrom } from "@mailfleet/kit";
import type { Particular } from "../http/noun-routes.ts";
import type { Call } from "../http/route.ts";
import { signInUrlOf, signsIn } from "../profile/profile-view.ts";

/** How long the authorization server may take to answer. */
export const providerTimeoutMs = 60_000;

/** Refuses a sign-in where the profile has another way to come to its tokens or needs none. @throws NOT_POSSIBLE_NOW */
export function refuseUnlessSignIn(profile: Profile): void {
  if (!signsIn(profile))
    throw new ProblemError(
      "NOT_POSSIBLE_NOW",
      `The users of mailboxes with the profile ${profile.name} do not sign in.`,
      {
        remedy: "Choose a profile whose OAuth flow is sign-in, or set user name and password.",
      },
    );
}

async function beginDevice(call: Call, mailboxId: string) {
  const consentId = idFrom("cs", `${mailboxId}|${call.commandId}`);
  const { by, correlation } = call.command;
  const { deviceOffered } = await call.ask("config.consent.begin", {
    mailboxId,
    consentId,
    flow: "device",
    by,
    correlation,
  });
  if (!deviceOffered)
    throw new ProblemError("NOT_POSSIBLE_NOW", "The provider offers no device code for mail.", {
      remedy: `The mailbox's user signs in in a browser: ${signInUrlOf(call, mailboxId)}`,
    });
  const device = await call.ask("inbound-sync.consent.start-device", { consentId }, { timeoutMs: providerTimeoutMs });
  return { method: "device" as const, consentId, ...device };
}

/** What is particular about signing in: the console makes it of what it asks of profile and consent. */
export const signInParticular: Particular = {
  answers: {
    begin: async (call, { mailboxId, method }: { mailboxId: string; method: "device" | "link" }) => {
      const { profileId } = await call.ask("config.mailbox.get", { id: mailboxId });
      refuseUnlessSignIn(await call.ask("config.profile.get", { id: profileId }));
      if (method === "link") return { method, signInUrl: signInUrlOf(call, mailboxId) };
      call.sayLeft(call.signInLimit.take(mailboxId));
      return beginDevice(call, mailboxId);
    },
    poll: async (call, { id: consentId, mailboxId }: { id: string; mailboxId: string }) => {
      const consent = await call.ask("config.consent.get", { consentId });
      if (consent.mailboxId !== mailboxId)
        throw new ProblemError("NOT_FOUND", `There is no sign-in ${consentId} for this mailbox.`);
      return call.ask("inbound-sync.consent.poll-device", { consentId }, { timeoutMs: providerTimeoutMs });
    },
  },
};
