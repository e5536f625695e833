import { ProblemError } from "@mailfleet/contracts";
import type { ConsolePorts } from "../ports.ts";

/** Throws PLAIN_HTTP where a secret would have crossed, or would cross, a network in the clear. */
export function refuseOverPlainHttp(ports: Pick<ConsolePorts, "secretsAllowed">): void {
  if (ports.secretsAllowed) return;
  throw new ProblemError("PLAIN_HTTP", "Passwords and other secrets are not taken over plain HTTP.", {
    remedy:
      "Let the console listen on loopback, or put TLS in front of it and set MAILFLEET_ALLOW_PLAIN_HTTP=true there. Change the secret that was just sent.",
  });
}
