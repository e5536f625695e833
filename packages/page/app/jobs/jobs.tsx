import type { Job } from "@mailfleet/contracts";
import { useEffect } from "preact/hooks";
import { ask, listPath, type Paged } from "../api.ts";
import { t, words } from "../i18n/i18n.ts";
import { addressOf } from "../router.ts";
import { mayChange } from "../session/session.ts";
import { toneOf } from "../ui/lifecycle.tsx";
import { useRead } from "../ui/load.ts";
import { Button, Refused, Section, State, When } from "../ui/parts.tsx";
import { act } from "../ui/said.tsx";

/** While a job runs, or a test that it began, it is read again this often. */
const everyMs = 1000;

/** Reads something again as long as it is under way and its tab is seen. */
function useAgainWhile(running: boolean, again: () => void): void {
  useEffect(() => {
    if (!running) return;
    const timer = setInterval(() => {
      if (!document.hidden) again();
    }, everyMs);
    return () => clearInterval(timer);
  }, [running]);
}

const verbOf = ({ verb }: Pick<Job, "verb">) => words(`verb.${verb}`, verb);
type Tests = NonNullable<Job["results"][number]["tests"]>;
const outcomes = (tests: Tests | undefined) => Object.entries(tests ?? {}).filter(([, test]) => test !== undefined);

function Result({ result }: { result: Job["results"][number] }) {
  const { mailboxId, line, address, ok, problem, tests } = result;
  // A line that was refused made no mailbox.
  const isThere = ok || line === undefined;
  return (
    <li>
      <State tone={ok ? "good" : "bad"}>{ok ? t("job.given") : t("job.refused")}</State>{" "}
      {isThere ? <a href={addressOf(`mailboxes/${mailboxId}`)}>{address ?? mailboxId}</a> : address}
      {outcomes(tests).map(([way, test]) => (
        <span key={way}>
          {" "}
          · {words(`direction.${way}`, way)}{" "}
          <State tone={toneOf(test!.outcome === "stopped" ? "off" : test!.outcome)}>
            {words(`test.${test!.outcome}`, test!.outcome)}
          </State>
          {test!.text && <span class="soft"> {test!.text}</span>}
        </span>
      ))}
      {problem && (
        <span class="soft">
          {" "}
          {problem.detail} {problem.remedy}
        </span>
      )}
    </li>
  );
}

/** One job: how far it is, and what became of each mailbox; what went wrong comes first. */
export function JobPage({ id }: { id: string }) {
  const job = useRead<Job>(`/jobs/${encodeURIComponent(id)}`);
  const shown = job.value;
  const tested = shown?.results.flatMap(({ tests }) => outcomes(tests).map(([, test]) => test!.outcome)) ?? [];
  useAgainWhile(shown?.state === "running" || tested.includes("running"), job.again);
  if (!shown) return <main>{Boolean(job.error) && <Refused error={job.error} />}</main>;
  const { state, total, done, failed, results, by, createdAt } = shown;
  const bad = (one: Job["results"][number]) =>
    !one.ok || outcomes(one.tests).some(([, test]) => test!.outcome === "failed");
  const ordered = [...results.filter(bad), ...results.filter((one) => !bad(one))];
  const cancel = async () => {
    await act(
      () => ask("POST", `/jobs/${id}/cancel`),
      () => t("job.done.cancel"),
    );
    job.again();
  };
  return (
    <main>
      <p class="crumbs">
        <a href={addressOf("jobs")}>{t("nav.jobs")}</a>
      </p>
      <h1>{t("job.title", { verb: verbOf(shown), n: total })}</h1>
      <p role="status">
        <State tone={toneOf(state)}>{words(`job.${state}`, state)}</State> {t("job.progress", { done, total, failed })}
        {tested.length > 0 &&
          ` · ${t("job.tests", {
            ok: tested.filter((one) => one === "ok").length,
            failed: tested.filter((one) => one === "failed").length,
            running: tested.filter((one) => one === "running").length,
          })}`}
      </p>
      <progress max={Math.max(1, total)} value={done} aria-label={t("job.progressName")} />
      <p class="soft">
        {by} · <When at={createdAt} />
      </p>
      {mayChange() && state === "running" && <Button work={cancel}>{t("job.cancel")}</Button>}
      <Section title={t("job.results")}>
        <ul class="plain">
          {ordered.slice(0, 500).map((result) => (
            <Result key={`${result.mailboxId} ${result.line ?? ""}`} result={result} />
          ))}
        </ul>
        {ordered.length > 500 && <p class="soft">{t("job.more", { n: ordered.length - 500 })}</p>}
      </Section>
    </main>
  );
}

/** The jobs, newest first. */
export function Jobs() {
  const list = useRead<Paged<Job>>(listPath("/jobs", { limit: 50 }));
  const items = list.value?.items ?? [];
  useAgainWhile(
    items.some(({ state }) => state === "running"),
    list.again,
  );
  return (
    <main>
      <h1>{t("nav.jobs")}</h1>
      {Boolean(list.error) && <Refused error={list.error} />}
      {list.value && items.length === 0 && <p class="soft">{t("job.none")}</p>}
      {items.length > 0 && (
        <ul class="plain card">
          {items.map((job) => (
            <li key={job.id}>
              <State tone={toneOf(job.state)}>{words(`job.${job.state}`, job.state)}</State>{" "}
              <a href={addressOf(`jobs/${job.id}`)}>{t("job.title", { verb: verbOf(job), n: job.total })}</a>{" "}
              <span class="soft">
                {t("job.progress", { done: job.done, total: job.total, failed: job.failed })} · {job.by} ·{" "}
                <When at={job.createdAt} />
              </span>
            </li>
          ))}
        </ul>
      )}
    </main>
  );
}
