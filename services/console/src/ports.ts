import type { Bus } from "@mailfleet/bus";
import type { Logger } from "@mailfleet/contracts";
import type { Sealer } from "@mailfleet/secrets";
import type { TokenRepository } from "@mailfleet/store";

/** What the console needs from outside; `main.ts` builds it. */
export interface ConsolePorts {
  readonly bus: Pick<Bus, "request" | "follow">;
  readonly tokens: TokenRepository;
  /** Seals passwords of mailboxes and profiles. */
  readonly sealer: Sealer;
  /** Seals the password of the notification relay, with another key. */
  readonly notifySealer: Sealer;
  readonly logger: Logger;
  now(): number;
  /** False where passwords would cross a network in the clear. */
  readonly passwordsAllowed: boolean;
  /** True for an error that only means that the database is away for now. */
  isOutage(error: unknown): boolean;
}
