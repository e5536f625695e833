import { signal } from "@preact/signals";
import { t } from "../i18n/i18n.ts";
import { Refused, State } from "./parts.tsx";

/** What came of an action. `tone`: it was done, but what it found is not good; `todo`: what to do about that. */
export interface Outcome {
  readonly text: string;
  readonly tone?: "good" | "warn" | "bad";
  readonly todo?: string | undefined;
}

const said = signal<Outcome | { readonly error: unknown } | null>(null);

/** Says what an action did; it stays until the next action or until it is closed. */
export function say(outcome: string | Outcome): void {
  said.value = typeof outcome === "string" ? { text: outcome } : outcome;
}

const clear = () => {
  said.value = null;
};

/** Does what a person asked for and says what came of it: `done` in words where it does not show, or why it was refused. */
export async function act<Answer>(
  work: () => Promise<Answer>,
  done?: (answer: Answer) => string | Outcome,
): Promise<Answer | undefined> {
  said.value = null;
  try {
    const answer = await work();
    if (done) say(done(answer));
    return answer;
  } catch (error) {
    said.value = { error };
    return undefined;
  }
}

/** Where the page says what was done. */
export function SaidHere() {
  const now = said.value;
  return (
    <div class="said" aria-live="polite">
      {now && (
        <div class="saying">
          {"error" in now ? (
            <Refused error={now.error} />
          ) : (
            <div class={`notice ${now.tone ?? "good"}`} role={now.tone === "bad" ? "alert" : "status"}>
              <p>{now.tone === "bad" || now.tone === "warn" ? <State tone={now.tone}>{now.text}</State> : now.text}</p>
              {now.todo && (
                <p>
                  <b>{t("todo")}</b> {now.todo}
                </p>
              )}
            </div>
          )}
          <button type="button" class="quiet close" aria-label={t("close")} onClick={clear}>
            ✕
          </button>
        </div>
      )}
    </div>
  );
}
