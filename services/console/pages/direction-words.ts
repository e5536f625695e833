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
const outcomes = { ok: "done", failed: "failed", skipped: "skipped" } as const;

function stateWords({ status, underTest }: ShownDirection): string {
  if (!status.configured) return "switched off";
  if (underTest) return "being tested …";
  if (status.enabled && status.lastError) return "works, but has trouble at the moment";
  // A check that only signs in can enable a direction again.
  if (status.enabled) return status.verdict === "Success" ? "works" : "switched on, but no test has passed yet";
  if (status.state === "retesting") return "does not work yet; the test is repeated";
  if (status.lastTest?.outcome === "ok") return "the test passed, but it is not enabled";
  return status.lastError ? "does not work" : "not tested yet";
}

function stepItem({ step, outcome, detail }: TestStep): Html {
  const said = detail !== undefined && html`: ${foreignWords(detail)}`;
  return html`<li class="${outcome}">${stepNames[step]}, ${outcomes[outcome]}<span class="soft">${said}</span></li>`;
}

function stepsOf({ status, underTest }: ShownDirection): Html | null {
  const { lastTest } = status;
  if (underTest || !status.configured || !lastTest || lastTest.steps.length === 0) return null;
  const open = lastTest.outcome === "failed" && html` open`;
  return html`<details${open}><summary>Steps of the last test</summary><ol>${lastTest.steps.map(stepItem)}</ol></details>`;
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
  return html`<dt>${title}</dt><dd>${stateWords(shown)}${said}${errorWords(shown)}${stepsOf(shown)}</dd>`;
}
