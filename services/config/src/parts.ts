import type { Background } from "./background.ts";
import type { Knowledge } from "./knowledge.ts";
import type { Ports } from "./ports.ts";
import type { Relay } from "./relay.ts";
import type { RunJob } from "./run-job.ts";
import type { SpreadProfile } from "./spread-profile.ts";
import type { SpreadRhythm } from "./spread-rhythm.ts";
import type { StepMailbox } from "./step-mailbox.ts";

/** What the handlers work with: the ports, and what `app.ts` built on them. */
export interface Parts {
  readonly ports: Ports;
  readonly knowledge: Knowledge;
  readonly relay: Relay;
  readonly step: StepMailbox;
  readonly spread: SpreadProfile;
  readonly spreadRhythm: SpreadRhythm;
  readonly runJob: RunJob;
  readonly background: Background;
}
