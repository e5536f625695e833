import type { Alert, HistoryEntry, TestStep } from "@mailfleet/contracts";
import { useEffect, useState } from "preact/hooks";
import { listPath, type Paged } from "../api.ts";
import { t, words } from "../i18n/i18n.ts";
import { type Fact, useFacts, useGathered } from "../live.ts";
import { nameOfProfile, readProfileNames } from "../mailboxes/profile-names.ts";
import { addressOf } from "../router.ts";
import { mayChange } from "../session/session.ts";
import { Lifecycle } from "../ui/lifecycle.tsx";
import { useRead } from "../ui/load.ts";
import { Facts, Refused, Section, State, When } from "../ui/parts.tsx";
import { Commands } from "./commands.tsx";
import { DirectionPart } from "./direction.tsx";
import { History } from "./history.tsx";
import type { MailboxView } from "./view.ts";

const ways = ["inbound", "outbound", "act"] as const;
type Steps = Readonly<Partial<Record<(typeof ways)[number], { generation: number; steps: readonly TestStep[] }>>>;

/** The steps of running tests, as facts tell them; a new generation begins anew. */
function withStep(before: Steps, { body }: Fact): Steps {
  const { direction, generation, index, step } = body as {
    direction: (typeof ways)[number];
    generation: number;
    index: number;
    step: TestStep;
  };
  const known = before[direction];
  const steps = known?.generation === generation ? [...known.steps] : [];
  steps[index] = step;
  return { ...before, [direction]: { generation, steps: steps.filter(Boolean) } };
}

function Alerts({ items }: { items: readonly Alert[] }) {
  if (items.length === 0) return null;
  return (
    <Section title={t("alerts.open")}>
      <ul class="plain">
        {items.map(({ id, severity, text, remedy, detail, lastAt, count }) => (
          <li key={id}>
            <State tone={severity === "error" ? "bad" : severity === "warning" ? "warn" : "quiet"}>
              {words(`severity.${severity}`, severity)}
            </State>{" "}
            {text} {detail} <When at={lastAt} />
            {count > 1 && <span class="soft"> · {t("alert.times", { n: count })}</span>}
            <div class="soft">{remedy}</div>
          </li>
        ))}
      </ul>
    </Section>
  );
}

/** One mailbox: how it is in each direction, why, what to do, and what happened. */
export function MailboxPage({ id }: { id: string }) {
  const path = `/mailboxes/${encodeURIComponent(id)}`;
  const mailbox = useRead<MailboxView>(path);
  const history = useRead<{ items: readonly HistoryEntry[] }>(`${path}/history`);
  const alerts = useRead<Paged<Alert>>(listPath("/alerts", { objectId: mailbox.value?.id ?? id, state: "raised" }));
  const [steps, setSteps] = useState<Steps>({});
  const look = useGathered(() => {
    for (const one of [mailbox, history, alerts]) one.again();
  });
  useEffect(() => void readProfileNames(), []);
  useFacts(
    {
      mailbox: id,
      types: [
        ...(["mailbox.transitioned.v1", "mailbox.changed.v1", "mailbox.tested.v1", "mailbox.deleted.v1"] as const),
        ...(["run.step.v1", "run.finished.v1", "alert.changed.v1", "mail.received.v1", "mail.sent.v1"] as const),
      ],
    },
    (fact) => {
      if (fact.type === "run.step.v1") setSteps((before) => withStep(before, fact));
      else look();
    },
    look,
  );
  const shown = mailbox.value;
  if (!shown)
    return (
      <main>
        <h1>{t("nav.mailboxes")}</h1>
        {Boolean(mailbox.error) && <Refused error={mailbox.error} />}
      </main>
    );
  const { address, name, lifecycle, profileId, kind, owner, approval, signInUrl, unavailable } = shown;
  const live = (way: (typeof ways)[number]) =>
    steps[way]?.generation === shown.directions[way].generation ? steps[way]?.steps : undefined;
  return (
    <main>
      <p class="crumbs">
        <a href={addressOf("mailboxes")}>{t("nav.mailboxes")}</a>
      </p>
      <h1>{address}</h1>
      <p class="verdict" role="status">
        <Lifecycle word={lifecycle} />
      </p>
      <p>{words(`why.${lifecycle}`, "")}</p>
      {mayChange() && <Commands mailbox={shown} onDone={look} />}
      <Alerts items={alerts.value?.items ?? []} />
      <div class="columns">
        {ways.map((way) => (
          <DirectionPart key={way} name={way} direction={shown.directions[way]} live={live(way)} />
        ))}
      </div>
      <Section title={t("about")}>
        <Facts
          rows={[
            [t("column.profile"), nameOfProfile(profileId)],
            [t("column.kind"), words(`kind.${kind}`, kind)],
            name !== undefined && [t("column.name"), name],
            owner !== undefined && [t("column.owner"), owner.name ? `${owner.name} <${owner.email}>` : owner.email],
            approval.by !== undefined && [t("approved.by"), approval.by],
            approval.reason !== undefined && [t("reason"), approval.reason],
            signInUrl !== null && [t("signInLink"), <code key="c">{signInUrl}</code>],
            unavailable.length > 0 && [t("unavailable"), unavailable.join(", ")],
          ]}
        />
        <details>
          <summary>JSON</summary>
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: the keyboard scrolls it */}
          <pre tabIndex={0}>{JSON.stringify(shown, null, 2)}</pre>
        </details>
      </Section>
      <History items={history.value?.items ?? []} />
    </main>
  );
}
