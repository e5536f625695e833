import type { TestStep } from "@mailfleet/contracts";
import { t, type Words, words } from "../i18n/i18n.ts";
import { count } from "../i18n/times.ts";
import { DirectionWord } from "../ui/lifecycle.tsx";
import { Facts, Section, When } from "../ui/parts.tsx";
import { Steps } from "./steps.tsx";
import type { ViewedDirection } from "./view.ts";

/** A direction: how it is, why, what happens next, and its test, live while it runs. */
export function DirectionPart({
  name,
  direction,
  live,
}: {
  name: "inbound" | "outbound" | "act";
  direction: ViewedDirection;
  live: readonly TestStep[] | undefined;
}) {
  const { configured, state, lastError, lastTest, next, activity, attempt, attemptsLeft } = direction;
  if (!configured) return null;
  const testing = state === "testing" || state === "retesting";
  const steps = testing ? (live ?? []) : (lastTest?.steps ?? []);
  const failing = lastError !== null && !["enabled.running", "idle"].includes(state);
  return (
    <Section title={t(`direction.${name}` as Words)} more={<DirectionWord state={state} configured />}>
      {failing && lastError && (
        <div class="notice bad">
          <p>{lastError.text}</p>
          {lastError.evidence?.reply && <p class="words">{lastError.evidence.reply}</p>}
          <p>
            <b>{t("todo")}</b> {lastError.remedy}
          </p>
          <p class="soft small">
            {lastError.code} · <When at={lastError.at} />
            {lastError.evidence?.host && ` · ${lastError.evidence.host}:${lastError.evidence.port ?? ""}`}
          </p>
        </div>
      )}
      <Facts
        rows={[
          activity && [t("activity.messages"), count(activity.messages)],
          activity && [t("activity.proved"), <When key="w" at={activity.lastProvedSuccessAt} />],
          activity && [t("activity.lastRun"), <When key="w" at={activity.lastRunAt} />],
          next !== null && [words(`next.${next.why}`, next.why), <When key="w" at={next.at} />],
          attempt > 0 && [t("attempt"), t("attempt.of", { attempt, left: attemptsLeft })],
        ]}
      />
      {(steps.length > 0 || testing) && (
        <details open={testing || lastTest?.outcome === "failed"}>
          <summary>
            {testing ? t("test.now") : t("test.last")} {!testing && <When at={lastTest?.at} />}
          </summary>
          <Steps steps={steps} running={testing} />
        </details>
      )}
    </Section>
  );
}
