import { type Failure, failureCodes, type TestStep } from "@mailfleet/contracts";

const sinceMs = (since: number) => Math.round((performance.now() - since) * 10) / 10;

/** The first step of a test: whether the settings are complete, and secrets and protocol are available. */
export function settingsStep(
  since: number,
  found: { missing?: string; failure?: Failure; remedy?: string | undefined },
): TestStep {
  const ms = sinceMs(since);
  if (found.missing !== undefined)
    return {
      step: "settings",
      outcome: "failed",
      ms,
      detail: found.missing,
      remedy: "Set what is missing in the settings of the mail server for notices, then test again.",
    };
  if (!found.failure) return { step: "settings", outcome: "ok", ms };
  const step = explainedStep("settings", found.failure);
  return { ...step, ms, ...(found.remedy ? { remedy: found.remedy } : {}) };
}

/** A failed step with the server's words, the code and what to do. */
export function explainedStep(step: TestStep["step"], failure: Failure): TestStep {
  const { text, remedy } = failureCodes[failure.code];
  const detail = failure.evidence?.reply ?? failure.evidence?.systemCode ?? text;
  return { step, outcome: "failed", ms: 0, detail, code: failure.code, remedy };
}
