import type { Job } from "@mailfleet/contracts";
import { useRef, useState } from "preact/hooks";
import { ask } from "../api.ts";
import { t } from "../i18n/i18n.ts";
import { addressOf, go } from "../router.ts";
import { Button, Field, Section } from "../ui/parts.tsx";
import { act } from "../ui/said.tsx";

/** Refused lines that are drawn; the rest is counted. */
const shownLines = 100;

/** What an import of the file would do, line by line where it would do nothing. */
function Preview({ job, onImport }: { job: Job; onImport: () => unknown }) {
  const refused = job.results.filter(({ ok }) => !ok);
  const n = job.total - job.failed;
  return (
    <Section title={t("import.preview")}>
      <p role="status">{t("import.would", { n, total: job.total, refused: job.failed })}</p>
      {refused.length > 0 && (
        <ul class="plain small">
          {refused.slice(0, shownLines).map(({ line, mailboxId, problem }) => (
            <li key={line ?? mailboxId}>
              {problem?.detail} <span class="soft">{problem?.remedy}</span>
            </li>
          ))}
        </ul>
      )}
      {job.failed > shownLines && <p class="soft">{t("job.more", { n: job.failed - shownLines })}</p>}
      {n > 0 && (
        <Button kind="main" work={onImport}>
          {t("import.do", { n })}
        </Button>
      )}
      <p class="soft">{t("import.then")}</p>
    </Section>
  );
}

/** Makes mailboxes from a CSV: says first what each line would do, then goes to the job. */
export function Import() {
  const form = useRef<HTMLFormElement>(null);
  const [looked, setLooked] = useState<Job | null>(null);
  const give = (dryRun: boolean) => {
    const fields = new FormData(form.current ?? undefined);
    const query = new URLSearchParams({ dryRun: String(dryRun), update: String(fields.has("update")) });
    return act(
      () => ask<Job>("POST", `/mailboxes/import?${query}`, { csv: fields.get("file") as File }),
      ({ total }) => t(dryRun ? "bulk.previewed" : "bulk.begun", { n: total }),
    );
  };
  const look = async (event: SubmitEvent) => {
    event.preventDefault();
    setLooked(null);
    setLooked((await give(true)) ?? null);
  };
  const begin = async () => {
    const made = await give(false);
    if (made) go(addressOf(`jobs/${made.id}`));
  };
  return (
    <main>
      <p class="crumbs">
        <a href={addressOf("mailboxes")}>{t("nav.mailboxes")}</a>
      </p>
      <h1>{t("import")}</h1>
      <form ref={form} class="card" onSubmit={look} onChange={() => setLooked(null)}>
        <Field name={t("import.file")} text={t("import.columns")}>
          <input name="file" type="file" accept=".csv,text/csv" required />
        </Field>
        <label>
          <input name="update" type="checkbox" /> {t("import.update")}
        </label>
        <div class="buttons">
          <button type="submit" class="main">
            {t("import.look")}
          </button>
        </div>
      </form>
      {looked && <Preview job={looked} onImport={begin} />}
    </main>
  );
}
