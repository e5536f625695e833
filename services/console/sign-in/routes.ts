import { ConsentId, Grant, Instant, ProblemError, type Profile } from "@mailfleet/contracts";
import { idFrom } from "@mailfleet/kit";
import { z } from "zod";
import { mailboxIdOf, mailboxParams as params } from "../http/parameters.ts";
import { type Call, type Route, route } from "../http/route.ts";
import { signInUrlOf, signsIn } from "../profile/profile-view.ts";

/** How long the authorization server may take to answer. */
export const providerTimeoutMs = 60_000;

const DeviceSignIn = z.object({
  method: z.literal("device"),
  consentId: ConsentId,
  userCode: z.string(),
  verificationUri: z.string(),
  verificationUriComplete: z.string().nullable(),
  expiresAt: Instant,
  intervalMs: z.number().int(),
});
const LinkSignIn = z.object({ method: z.literal("link"), signInUrl: z.string() });

/** Refuses a sign-in where the profile has another way to come to its tokens or needs none. @throws NOT_POSSIBLE_NOW */
export function refuseUnlessSignIn(profile: Profile): void {
  if (!signsIn(profile))
    throw new ProblemError(
      "NOT_POSSIBLE_NOW",
      `The mailboxes of the profile ${profile.name} do not sign in by themselves.`,
      {
        remedy: "Choose a profile whose OAuth flow is sign-in, or set user name and password.",
      },
    );
}

async function beginDevice(call: Call, mailboxId: string): Promise<z.output<typeof DeviceSignIn>> {
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
  return { method: "device", consentId, ...device };
}

/** Signing in for a mailbox, for programs; people have pages (`src/pages`). */
export const signInRoutes: readonly Route[] = [
  route("POST", "/mailboxes/:mailbox/sign-in", {
    summary: "Begin the sign-in of the mailbox's user: by device code, or just the link to the page",
    owner: {},
    params,
    body: z.strictObject({ method: z.enum(["device", "link"], { error: "must be device or link" }) }),
    answer: z.discriminatedUnion("method", [DeviceSignIn, LinkSignIn]),
    handle: async (call) => {
      const mailboxId = await mailboxIdOf(call, call.params.mailbox);
      const { profileId } = await call.ask("config.mailbox.get", { id: mailboxId });
      refuseUnlessSignIn(await call.ask("config.profile.get", { id: profileId }));
      if (call.body.method === "link") return { method: "link" as const, signInUrl: signInUrlOf(call, mailboxId) };
      call.signInLimit.take(mailboxId);
      return beginDevice(call, mailboxId);
    },
  }),
  route("POST", "/mailboxes/:mailbox/sign-in/:consentId/poll", {
    summary: "Look whether the user has entered the device code; not more often than intervalMs says",
    owner: {},
    params: params.extend({ consentId: ConsentId }),
    answer: z.object({ state: z.enum(["pending", "done"]), intervalMs: z.number().int(), grant: Grant.nullable() }),
    handle: async (call) => {
      const { mailbox, consentId } = call.params;
      const mailboxId = await mailboxIdOf(call, mailbox);
      const consent = await call.ask("config.consent.get", { consentId });
      if (consent.mailboxId !== mailboxId)
        throw new ProblemError("NOT_FOUND", `There is no sign-in ${consentId} for this mailbox.`);
      return call.ask("inbound-sync.consent.poll-device", { consentId }, { timeoutMs: providerTimeoutMs });
    },
  }),
  route("DELETE", "/mailboxes/:mailbox/grant", {
    summary: "Forget the permission that the mailbox's user gave by signing in",
    params,
    handle: async (call) =>
      call.ask("config.grant.remove", {
        ...call.command,
        mailboxId: await mailboxIdOf(call, call.params.mailbox),
      }),
  }),
];
