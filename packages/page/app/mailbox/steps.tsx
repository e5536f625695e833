import type { TestStep } from "@mailfleet/contracts";
import { t, words } from "../i18n/i18n.ts";
import { span } from "../i18n/times.ts";
import { State } from "../ui/parts.tsx";

const tones = { ok: "good", failed: "bad", skipped: "quiet" } as const;

/** The steps of a test in the order they were done. `running`: more may come. */
export function Steps({ steps, running }: { steps: readonly TestStep[]; running: boolean }) {
  return (
    <ol class="steps" aria-live={running ? "polite" : undefined}>
      {steps.map(({ step, outcome, ms, detail, remedy }, at) => (
        <li key={at}>
          <State tone={tones[outcome]}>{words(`step.${step}`, step)}</State> <span class="soft small">{span(ms)}</span>
          {detail && <div class="soft small words">{detail}</div>}
          {remedy && outcome === "failed" && <div class="small">{remedy}</div>}
        </li>
      ))}
      {running && (
        <li>
          <State tone="busy">{t("test.running")}</State>
        </li>
      )}
    </ol>
  );
}
