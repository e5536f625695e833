import type { AuditEntry, Mailbox } from "@mailfleet/contracts";
import { read } from "../api.ts";
import { t } from "../i18n/i18n.ts";
import { addressOf, go, place } from "../router.ts";
import { usePages } from "../ui/load.ts";
import { Button, Field, Refused, Section } from "../ui/parts.tsx";
import { act } from "../ui/said.tsx";
import type { AuditFormat } from "./audit-lines.ts";
import { AuditRow } from "./audit-row.tsx";
import { exportAudit } from "./export-audit.ts";

const pageSize = 100;
type Query = Readonly<Record<string, string | undefined>>;

/** As an input for local time shows it. */
const localTime = (iso: string | undefined) => {
  if (!iso) return "";
  const at = new Date(iso);
  return new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
};
const isoTime = (local: string | undefined) => (local ? new Date(local).toISOString() : undefined);

/** What the address of the page says, as the API takes it: of a mailbox all that concerns it. */
function queryOf({ by, operation, object, outcome, since, until }: Query): Query {
  const about = object?.startsWith("mb_") ? { mailboxId: object } : { objectId: object };
  return { by, operation, ...about, outcome, since, until };
}

/** Who, what, of what and when: it stands in the address, so that it can be kept and sent to others. */
function Filters({ query, operations }: { query: Query; operations: readonly string[] }) {
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    const fields = Object.fromEntries(
      [...new FormData(event.currentTarget as HTMLFormElement)].map(([name, value]) => [name, String(value).trim()]),
    );
    const named = fields.object?.includes("@")
      ? await read<Mailbox>(`/mailboxes/${encodeURIComponent(fields.object)}`)
      : null;
    const times = { since: isoTime(fields.since), until: isoTime(fields.until) };
    go(addressOf("people", { ...fields, ...times, ...(named ? { object: named.id } : {}) }));
  };
  const text = (name: "by" | "operation" | "object", list?: string) => (
    <Field name={t(`audit.${name}`)}>
      <input name={name} defaultValue={query[name] ?? ""} maxLength={200} list={list} spellcheck={false} />
    </Field>
  );
  const time = (name: "since" | "until") => (
    <Field name={t(`audit.${name}`)}>
      <input name={name} type="datetime-local" defaultValue={localTime(query[name])} />
    </Field>
  );
  return (
    <form class="grid" key={JSON.stringify(query)} onSubmit={(event) => void act(() => submit(event))}>
      {text("by")}
      {text("operation", "operations")}
      <datalist id="operations">
        {operations.map((one) => (
          <option key={one} value={one} />
        ))}
      </datalist>
      {text("object")}
      <Field name={t("audit.outcome")}>
        <select name="outcome" defaultValue={query.outcome ?? ""}>
          {["", "accepted", "refused"].map((one) => (
            <option key={one} value={one} selected={one === (query.outcome ?? "")}>
              {one && t(one === "accepted" ? "audit.accepted" : "audit.refused")}
            </option>
          ))}
        </select>
      </Field>
      {time("since")}
      {time("until")}
      <div class="buttons">
        <button type="submit" class="main">
          {t("mail.find")}
        </button>
      </div>
    </form>
  );
}

/** What was done, the latest first. */
export function Audit() {
  const shown = place.value.query;
  const query = queryOf(shown);
  const { items, error, more } = usePages<AuditEntry>("/audit", { ...query, limit: pageSize });
  const save = (format: AuditFormat) =>
    act(
      () => exportAudit(query, format),
      ({ n, all }) => t(all ? "audit.exported" : "audit.cut", { n }),
    );
  const operations = [...new Set(items?.map(({ operation }) => operation))].toSorted();
  return (
    <Section title={t("audit")}>
      <Filters query={shown} operations={operations} />
      {Boolean(error) && !items && <Refused error={error} />}
      {items && (
        <>
          <div class="head">
            <p class="soft" role="status">
              {t(more ? "audit.shown" : "audit.found", { n: items.length })}
            </p>
            <div class="buttons small">
              <Button work={() => save("csv")}>{t("audit.csv")}</Button>
              <Button work={() => save("jsonl")}>{t("audit.jsonl")}</Button>
            </div>
          </div>
          <ul class="plain">
            {items.map((entry) => (
              <AuditRow key={entry.id} entry={entry} />
            ))}
          </ul>
          {more && <Button work={() => act(more)}>{t("more")}</Button>}
        </>
      )}
    </Section>
  );
}
