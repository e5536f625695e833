import { signal } from "@preact/signals";
import { t } from "../i18n/i18n.ts";
import { Refused } from "./parts.tsx";

type Said = { readonly text: string } | { readonly error: unknown };
const said = signal<Said | null>(null);

/** Says what an action did; it stays until the next action or until it is closed. */
export function say(text: string): void {
  said.value = { text };
}

const clear = () => {
  said.value = null;
};

/** Does what a person asked for and says what came of it: `done` in words where it does not show, or why it was refused. */
export async function act<Answer>(
  work: () => Promise<Answer>,
  done?: (answer: Answer) => string,
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
            <p class="notice good" role="status">
              {now.text}
            </p>
          )}
          <button type="button" class="quiet close" aria-label={t("close")} onClick={clear}>
            ✕
          </button>
        </div>
      )}
    </div>
  );
}
