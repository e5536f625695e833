import type { MailSight } from "./mail.ts";
import type { Reading, Stored } from "./readings.ts";
import type { TownSight } from "./town.ts";

/** What there is without a mailbox: two readings some time apart, and what is stored. */
export interface Empty {
  readonly before: Reading;
  readonly after: Reading;
  readonly stored: Stored;
}

/** Ten seconds: readings at both ends, and what was seen between them. */
export interface Sighting {
  readonly before: Reading;
  readonly after: Reading;
  readonly town: TownSight;
  readonly mail: MailSight;
}
