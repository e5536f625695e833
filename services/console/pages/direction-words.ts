import type { DirectionStatus, TestStep } from "@mailfleet/contracts";
import { foreignWords, type Html, html } from "./html.ts";

/** One direction as the page shows it, and whether its test is under way. */
export interface ShownDirection {
  readonly title: string;
  readonly status: DirectionStatus;
  readonly underTest: boolean;
  /** What its work is not. */
  readonly note?: string;
}

const stepNames: Readonly<Record<TestStep["step"], string>> = {
  settings: "Settings",
  locate: "Look up the server",
  resolve: "Find the server",
  connect: "Connect",
  tls: "Secure the connection",
  certificate: "Certificate",
  authenticate: "Sign in",
  account: "Look up the account",
  access: "Open the mailbox",
  list: "List mail",
  send: "Send a test message",
  calendar: "Open the calendar",
  contacts: "Open the contacts",
  tasks: "Open the tasks",
  mark: "Check which organisation they belong to",
  "receive-probe": "Receive the test message",
};
const outcomes = {
  ok: { tone: "good", text: "done" },
  failed: { tone: "bad", text: "failed" },
  skipped: { tone: "quiet", text: "skipped" },
} as const;

/** How something is, at a glance: a sign and a colour that say the same as the words beside them. */
type Tone = "good" | "busy" | "warn" | "bad" | "quiet";
const signs: Readonly<Record<Tone, string>> = { good: "✓", busy: "↻", warn: "!", bad: "✕", quiet: "–" };
const sign = (tone: Tone): Html => html`<span class="sign ${tone}" aria-hidden="true">${signs[tone]}</span> `;

function stateOf({ status, underTest }: ShownDirection): { tone: Tone; text: string } {
  if (!status.configured) return { tone: "quiet", text: "switched off" };
  if (underTest) return { tone: "busy", text: "being tested …" };
  if (status.enabled && status.lastError) return { tone: "warn", text: "works, but has trouble at the moment" };
  // A check that only signs in can enable a direction again.
  if (status.enabled)
    return status.verdict === "Success"
      ? { tone: "good", text: "works" }
      : { tone: "warn", text: "switched on, but no test has passed yet" };
  if (status.state === "retesting") return { tone: "bad", text: "does not work yet; the test is repeated" };
  if (status.lastTest?.outcome === "ok") return { tone: "quiet", text: "the test passed, but it is not enabled" };
  return status.lastError ? { tone: "bad", text: "does not work" } : { tone: "quiet", text: "not tested yet" };
}

/** How long a step took, as a person says it. */
const took = (ms: number): string => (ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`);

/** A point in time; nothing tells these pages where their reader is. */
function when(at: number): Html {
  const iso = new Date(at).toISOString();
  return html`<time datetime="${iso}">${iso.slice(0, 10)} ${iso.slice(11, 16)} UTC</time>`;
}

function stepItem({ step, outcome, ms, detail }: TestStep): Html {
  const { tone, text } = outcomes[outcome];
  const done = outcome === "skipped" ? text : `${text} after ${took(ms)}`;
  const said = detail !== undefined && html`: ${foreignWords(detail)}`;
  return html`<li class="${outcome}">${sign(tone)}${stepNames[step]}, ${done}<span class="soft">${said}</span></li>`;
}

function stepsOf({ status, underTest }: ShownDirection): Html | null {
  const { lastTest } = status;
  if (underTest || !status.configured || !lastTest || lastTest.steps.length === 0) return null;
  const open = lastTest.outcome === "failed" && html` open`;
  return html`<details${open}><summary>Steps of the last test</summary><p class="soft">Tested on ${when(lastTest.at)}</p><ol>${lastTest.steps.map(stepItem)}</ol></details>`;
}

function errorWords({ status, underTest }: ShownDirection): Html | null {
  const { lastError } = status;
  if (underTest || !status.configured || !lastError) return null;
  const reply = lastError.evidence?.reply;
  return html`<p>${foreignWords(lastError.text)} ${foreignWords(lastError.remedy)}</p>${
    reply !== undefined && html`<p class="soft">The server says: ${foreignWords(reply)}</p>`
  }`;
}

/** How a direction does: the state in a few words, what went wrong, and the steps of its last test. */
export function directionWords(shown: ShownDirection): Html {
  const { title, note } = shown;
  const said = note !== undefined && html`<p class="soft">${note}</p>`;
  const { tone, text } = stateOf(shown);
  return html`<dt>${title}</dt><dd><span class="state ${tone}">${sign(tone)}${text}</span>${said}${errorWords(shown)}${stepsOf(shown)}</dd>`;
}
