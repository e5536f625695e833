import { ProblemError, type Sealed, type SealPurpose, Secret, sealedFor } from "@mailfleet/contracts";
import { z } from "zod";
import type { ConsolePorts } from "../ports.ts";

/** A user name and a password as a person sends them. The password is sealed before it goes anywhere. */
export const Credentials = z.strictObject({
  username: z.string().min(1, "must not be empty").max(250),
  password: z.string().min(1, "must not be empty").max(4000).describe("sealed at once, never shown again"),
});
export type Credentials = z.infer<typeof Credentials>;

/**
 * Seals a password for its owner and purpose. The only place where the console touches one; refuses it where it came
 * over a network in the clear.
 */
export async function sealCredentials(
  ports: ConsolePorts,
  ownerId: string,
  purpose: SealPurpose,
  credentials: Credentials,
): Promise<{ username: string; password: Sealed }> {
  if (!ports.passwordsAllowed)
    throw new ProblemError("FORBIDDEN", "Passwords are not taken over plain HTTP.", {
      remedy:
        "Let the console listen on loopback, or put TLS in front of it and set MAILFLEET_ALLOW_PLAIN_HTTP=true there. Change the password that was just sent.",
    });
  const sealer = purpose === "relay-password" ? ports.notifySealer : ports.sealer;
  const password = await sealer.seal(new Secret(credentials.password), sealedFor(ownerId, purpose));
  return { username: credentials.username, password };
}
