import type { DirectionStatus, TestStep } from "@mailfleet/contracts";
import { foreignWords, type Html, html } from "./html.ts";
import { when } from "./when.ts";
import type { Say, WordKey } from "./words/say.ts";

/** One direction as the page shows it, and whether its test is under way. */
export interface ShownDirection {
  readonly title: string;
  readonly status: DirectionStatus;
  readonly underTest: boolean;
  /** What its work is not. */
  readonly note?: string;
}

const outcomes = { ok: "good", failed: "bad", skipped: "quiet" } as const;
const outcomeWords = { ok: "steps.done", failed: "steps.failed", skipped: "steps.skipped" } as const;

/** How something is, at a glance: a sign and a colour that say the same as the words beside them. */
type Tone = "good" | "busy" | "warn" | "bad" | "quiet";
const signs: Readonly<Record<Tone, string>> = { good: "✓", busy: "↻", warn: "!", bad: "✕", quiet: "–" };
const sign = (tone: Tone): Html => html`<span class="sign ${tone}" aria-hidden="true">${signs[tone]}</span> `;

function stateOf({ status, underTest }: ShownDirection): { tone: Tone; text: WordKey } {
  if (!status.configured) return { tone: "quiet", text: "state.off" };
  if (underTest) return { tone: "busy", text: "state.testing" };
  if (status.enabled && status.lastError) return { tone: "warn", text: "state.trouble" };
  // A check that only signs in can enable a direction again.
  if (status.enabled)
    return status.verdict === "Success"
      ? { tone: "good", text: "state.works" }
      : { tone: "warn", text: "state.unproved" };
  if (status.state === "retesting") return { tone: "bad", text: "state.retesting" };
  if (status.lastTest?.outcome === "ok") return { tone: "quiet", text: "state.passed" };
  return status.lastError ? { tone: "bad", text: "state.fails" } : { tone: "quiet", text: "state.untested" };
}

/** How long a step took, as a person says it. */
const took = (ms: number): string => (ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`);

function stepItem(say: Say, { step, outcome, ms, detail }: TestStep): Html {
  const said = detail !== undefined && html`: ${foreignWords(detail)}`;
  const done = say(outcomeWords[outcome], { step: say(`step.${step}`), time: took(ms) });
  return html`<li class="${outcome}">${sign(outcomes[outcome])}${done}<span class="soft">${said}</span></li>`;
}

function stepsOf(say: Say, { status, underTest }: ShownDirection): Html | null {
  const { lastTest } = status;
  if (underTest || !status.configured || !lastTest || lastTest.steps.length === 0) return null;
  const open = lastTest.outcome === "failed" && html` open`;
  return html`<details${open}><summary>${say("steps.title")}</summary><p class="soft">${say.html("steps.at", { time: when(lastTest.at) })}</p><ol>${lastTest.steps.map((step) => stepItem(say, step))}</ol></details>`;
}

/** What Mailfleet itself says of a failure is in English. */
function errorWords(say: Say, { status, underTest }: ShownDirection): Html | null {
  const { lastError } = status;
  if (underTest || !status.configured || !lastError) return null;
  const reply = lastError.evidence?.reply;
  return html`<p lang="en">${foreignWords(lastError.text)} ${foreignWords(lastError.remedy)}</p>${
    reply !== undefined && html`<p class="soft">${say("steps.serverSays", { words: foreignWords(reply) })}</p>`
  }`;
}

/** How a direction does: the state in a few words, what went wrong, and the steps of its last test. */
export function directionWords(say: Say, shown: ShownDirection): Html {
  const { title, note } = shown;
  const said = note !== undefined && html`<p class="soft">${note}</p>`;
  const { tone, text } = stateOf(shown);
  return html`<dt>${title}</dt><dd><span class="state ${tone}">${sign(tone)}${say(text)}</span>${said}${errorWords(say, shown)}${stepsOf(say, shown)}</dd>`;
}
