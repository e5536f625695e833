import type { AuditEntry } from "@mailfleet/contracts";
import { t } from "../i18n/i18n.ts";
import { dateTime } from "../i18n/times.ts";
import { addressOf } from "../router.ts";
import { State } from "../ui/parts.tsx";

/** Objects that have a place of their own in this page. */
const rooms: Readonly<Record<string, string>> = { mailbox: "mailboxes", profile: "profiles", job: "jobs" };

function About({ object: { type, id, label } }: AuditEntry) {
  const name = label ?? id ?? type;
  const room = rooms[type];
  return room && id ? <a href={addressOf(`${room}/${id}`)}>{name}</a> : <b>{name}</b>;
}

/** One entry: who did what to what, whether it was done, and what is other since. */
export function AuditRow({ entry }: { entry: AuditEntry }) {
  const { at, by, operation, outcome, code, detail, changes } = entry;
  return (
    <li>
      <State tone={outcome === "accepted" ? "good" : "bad"}>{t(`audit.${outcome}`)}</State>{" "}
      <time dateTime={new Date(at).toISOString()}>{dateTime(at)}</time> · <b>{by.name}</b>
      {by.from && <span class="soft"> ({by.from})</span>} · {operation} · <About {...entry} />
      {outcome === "refused" && (
        <div class="soft">
          {detail} ({code})
        </div>
      )}
      {changes.length > 0 && (
        <details>
          <summary>{t("audit.changes", { n: changes.length })}</summary>
          <ul class="small words">
            {changes.map(({ field, before, after }) => (
              <li key={field}>
                {field}: {before ?? "–"} → {after ?? "–"}
              </li>
            ))}
          </ul>
        </details>
      )}
    </li>
  );
}
