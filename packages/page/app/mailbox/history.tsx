import type { HistoryEntry } from "@mailfleet/contracts";
import { t, words } from "../i18n/i18n.ts";
import { toneOf } from "../ui/lifecycle.tsx";
import { Section, State, When } from "../ui/parts.tsx";

/** What happened to the mailbox, newest first. */
export function History({ items }: { items: readonly HistoryEntry[] }) {
  return (
    <Section title={t("history")}>
      <ol class="timeline">
        {items.map(({ v, at, event, from, to, cause, by }) => (
          <li key={v}>
            <When at={at} />{" "}
            {from === to ? (
              <span>{words(`event.${event}`, event)}</span>
            ) : (
              <State tone={toneOf(to)}>{words(`lifecycle.${to}`, to)}</State>
            )}
            <span class="soft">
              {" "}
              {from !== to && words(`event.${event}`, event)}
              {by && ` · ${by}`}
              {cause && ` · ${cause}`}
            </span>
          </li>
        ))}
      </ol>
    </Section>
  );
}
