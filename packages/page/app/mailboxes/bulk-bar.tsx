import type { Job } from "@mailfleet/contracts";
import { useState } from "preact/hooks";
import { ask } from "../api.ts";
import { t, type Words, words } from "../i18n/i18n.ts";
import { addressOf, go } from "../router.ts";
import { AskDialog } from "../ui/ask-dialog.tsx";
import { Field } from "../ui/parts.tsx";
import { act } from "../ui/said.tsx";
import type { Filter } from "./mailbox-rows.ts";

const verbs = [
  "approve",
  "reject",
  "test",
  "test-and-enable",
  "disable",
  "sync-now",
  "activate",
  "deactivate",
] as const;
type Verb = (typeof verbs)[number];

/** What a job is for: the mailboxes that were marked, or all that the filter finds. */
function targetOf(marked: ReadonlySet<string>, filter: Filter): object {
  if (marked.size > 0) return { mailboxIds: [...marked] };
  const { active, ...rest } = filter;
  return { filter: { ...rest, ...(active === undefined ? {} : { active: active === "true" }) } };
}

/** Gives one command to many mailboxes: says first how many it is for, then goes to the job. */
export function BulkBar({
  marked,
  filter,
  onDone,
}: {
  marked: ReadonlySet<string>;
  filter: Filter;
  onDone: () => void;
}) {
  const [asked, setAsked] = useState<{ verb: Verb; job: Job } | null>(null);
  const target = targetOf(marked, filter);
  const preview = async (verb: Verb) => {
    const input = verb === "reject" ? { input: { reason: "preview" } } : {};
    const job = await act(
      () => ask<Job>("POST", "/jobs?dryRun=true", { body: { verb, ...input, ...target } }),
      ({ total }) => t("bulk.previewed", { n: total }),
    );
    if (job) setAsked({ verb, job });
  };
  const give = async ({ reason }: Readonly<Record<string, string>>) => {
    if (!asked) return;
    const { verb, job } = asked;
    const body = { verb, ...target, count: job.total, ...(reason ? { input: { reason } } : {}) };
    const made = await act(
      () => ask<Job>("POST", "/jobs", { body }),
      ({ total }) => t("bulk.begun", { n: total }),
    );
    if (!made) return;
    onDone();
    go(addressOf(`jobs/${made.id}`));
  };
  const refused = asked?.job.results.filter(({ ok }) => !ok) ?? [];
  return (
    <div class="bulk">
      <span class="soft" role="status">
        {marked.size > 0 ? t("bulk.marked", { n: marked.size }) : t("bulk.all")}
      </span>
      <label>
        <span class="hidden">{t("bulk.do")}</span>
        <select
          value=""
          onChange={(event) => {
            const box = event.target as HTMLSelectElement;
            const verb = box.value as Verb;
            box.value = "";
            void preview(verb);
          }}
        >
          <option value="">{t("bulk.do")}</option>
          {verbs.map((verb) => (
            <option key={verb} value={verb}>
              {t(`verb.${verb}` as Words)}
            </option>
          ))}
        </select>
      </label>
      {asked && (
        <AskDialog
          title={t("bulk.title", { verb: t(`verb.${asked.verb}` as Words), n: asked.job.total - refused.length })}
          yes={t(`verb.${asked.verb}` as Words)}
          danger={asked.verb === "reject"}
          onClose={() => setAsked(null)}
          onAnswer={give}
        >
          {refused.length > 0 && (
            <>
              <p>{t("bulk.refused", { n: refused.length })}</p>
              <ul class="small soft">
                {refused.slice(0, 5).map(({ mailboxId, address, problem }) => (
                  <li key={mailboxId}>
                    {address ?? mailboxId}: {problem?.detail}
                  </li>
                ))}
              </ul>
            </>
          )}
          {asked.verb === "reject" && (
            <Field name={t("reason")}>
              <textarea name="reason" required maxLength={1000} rows={3} />
            </Field>
          )}
          <p class="soft">{words(`bulk.hint.${asked.verb}`, "")}</p>
        </AskDialog>
      )}
    </div>
  );
}
