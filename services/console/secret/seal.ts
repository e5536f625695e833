import {
  type Credentials,
  ProblemError,
  type Sealed,
  type SealedMailboxCredentials,
  type SealPurpose,
  Secret,
  sealedFor,
} from "@mailfleet/contracts";
import type { Call } from "../http/route.ts";
import type { ConsolePorts } from "../ports.ts";

/** What sealing needs of the console. */
export type SealingPorts = Pick<ConsolePorts, "sealer" | "notifySealer" | "secretsAllowed">;

/** Secrets of the notification mail server, which other services must not be able to open. */
const notifyPurposes: readonly SealPurpose[] = ["relay-password", "notify-oauth"];

/** Throws PLAIN_HTTP where a secret would have crossed, or would cross, a network in the clear. */
export function refuseOverPlainHttp(ports: Pick<ConsolePorts, "secretsAllowed">): void {
  if (ports.secretsAllowed) return;
  throw new ProblemError("PLAIN_HTTP", "Passwords and other secrets are not taken over plain HTTP.", {
    remedy:
      "Let the console listen on loopback, or put TLS in front of it and set MAILFLEET_ALLOW_PLAIN_HTTP=true there. Change the secret that was just sent.",
  });
}

/**
 * Seals a secret for its owner and purpose and for the server that it goes to. The only place where the console touches
 * one; refuses it where it came over a network in the clear (PLAIN_HTTP).
 */
export async function sealSecret(
  ports: SealingPorts,
  ownerId: string,
  purpose: SealPurpose,
  destination: string,
  secret: string,
): Promise<Sealed> {
  refuseOverPlainHttp(ports);
  const sealer = notifyPurposes.includes(purpose) ? ports.notifySealer : ports.sealer;
  return sealer.seal(new Secret(secret), sealedFor(ownerId, purpose, destination));
}

/** Seals what belongs to one sign-in of a mailbox's user. @throws PLAIN_HTTP */
export async function sealForSignIn(
  ports: SealingPorts,
  mailboxId: string,
  purpose: "oauth-code" | "oauth-verifier",
  secret: string,
): Promise<Sealed> {
  refuseOverPlainHttp(ports);
  return ports.sealer.seal(new Secret(secret), sealedFor(mailboxId, purpose));
}

/** Credentials with their password sealed. @throws PLAIN_HTTP */
export async function sealCredentials(
  ports: SealingPorts,
  ownerId: string,
  purpose: SealPurpose,
  destination: string,
  { username, password }: Credentials,
): Promise<{ username: string; password: Sealed }> {
  return { username, password: await sealSecret(ports, ownerId, purpose, destination, password) };
}

/** A mailbox's credentials, sealed for both servers of its profile; without `profileId` the default one. @throws PLAIN_HTTP */
export async function sealMailboxCredentials(
  call: SealingPorts & Pick<Call, "ask">,
  mailboxId: string,
  profileId: string | undefined,
  { username, password }: Credentials,
): Promise<SealedMailboxCredentials> {
  refuseOverPlainHttp(call);
  const { inbound, outbound } = await call.ask("config.profile.destinations", profileId ? { id: profileId } : {});
  const seal = (destination: string) => sealSecret(call, mailboxId, "mailbox-password", destination, password);
  return { username, passwords: { inbound: await seal(inbound), outbound: await seal(outbound) } };
}
