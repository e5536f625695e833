import type { Incident, LifecycleWord } from "@mailfleet/contracts";
import type { ComponentType } from "preact";
import { useEffect, useState } from "preact/hooks";
import { listPath, type Paged } from "../api.ts";
import { t } from "../i18n/i18n.ts";
import { count } from "../i18n/times.ts";
import { useFacts, useGathered } from "../live.ts";
import { addressOf } from "../router.ts";
import { Lifecycle } from "../ui/lifecycle.tsx";
import { useRead } from "../ui/load.ts";
import { Refused, Section, State } from "../ui/parts.tsx";
import { IncidentRow } from "./incident-row.tsx";

interface Counts {
  readonly total: number;
  readonly lifecycle: Readonly<Partial<Record<LifecycleWord, number>>>;
}

/** Needs a person, works, rests: in this order. */
const order: readonly LifecycleWord[] = [
  ...(["disabled.failed", "disabled.credentialsExpired", "disabled.credentialsMissing"] as const),
  ...(["disabled.consentExpired", "disabled.consentMissing", "enabled.degraded", "enabled.retrying"] as const),
  ...(["pendingApproval", "approved", "testing", "enabled.running"] as const),
  ...(["disabled.byAdmin", "disabled.byOwner", "rejected", "inactive"] as const),
];

const working: readonly LifecycleWord[] = ["enabled.running", "enabled.retrying", "enabled.degraded"];
const broken = (word: string) => /^disabled\.(failed|cred|cons)/.test(word);

function Verdict({ counts, incidents }: { counts: Counts; incidents: readonly Incident[] }) {
  const sum = (wanted: (word: LifecycleWord) => boolean) =>
    order.filter(wanted).reduce((all, word) => all + (counts.lifecycle[word] ?? 0), 0);
  const running = sum((word) => working.includes(word));
  const failing = sum(broken);
  const trouble = sum((word) => word === "enabled.retrying" || word === "enabled.degraded");
  if (counts.total === 0) return <State tone="quiet">{t("fleet.none")}</State>;
  if (failing > 0) return <State tone="bad">{t("fleet.failing", { n: failing, running })}</State>;
  if (trouble > 0) return <State tone="warn">{t("fleet.trouble", { n: trouble, running })}</State>;
  if (incidents.some(({ severity }) => severity === "error"))
    return <State tone="warn">{t("fleet.incidents", { n: incidents.length, running })}</State>;
  return <State tone="good">{t("fleet.flows", { n: running })}</State>;
}

/** What is drawn when all else is there. */
function Later() {
  const [Loaded, setLoaded] = useState<ComponentType | null>(null);
  useEffect(() => {
    // After an update of the console the piece may be another one; the next visit loads it.
    import("./throughput.tsx").then(({ ThroughputSection }) => setLoaded(() => ThroughputSection)).catch(() => {});
  }, []);
  return Loaded && <Loaded />;
}

/** Whether mail flows; for whom it does not, since when and why. */
export function Fleet() {
  const counts = useRead<Counts>("/mailboxes/counts");
  const incidents = useRead<Paged<Incident>>(listPath("/incidents", { state: "raised", limit: 50 }));
  const look = useGathered(() => {
    counts.again();
    incidents.again();
  }, 1000);
  useFacts(
    { types: ["mailbox.transitioned.v1", "mailbox.created.v1", "mailbox.deleted.v1", "alert.changed.v1"] },
    look,
    look,
  );
  const known = counts.value;
  const items = incidents.value?.items ?? [];
  return (
    <main>
      <h1>{t("nav.fleet")}</h1>
      {Boolean(counts.error) && !known && <Refused error={counts.error} />}
      {known && (
        <>
          <p class="verdict" role="status">
            <Verdict counts={known} incidents={items} />
          </p>
          <ul class="counts">
            {order
              .filter((word) => (known.lifecycle[word] ?? 0) > 0)
              .map((word) => (
                <li key={word}>
                  <a href={addressOf("mailboxes", { lifecycle: word })}>
                    <b>{count(known.lifecycle[word] ?? 0)}</b>
                    <Lifecycle word={word} />
                  </a>
                </li>
              ))}
            <li>
              <a href={addressOf("mailboxes")}>
                <b>{count(known.total)}</b>
                <span>{t("fleet.all")}</span>
              </a>
            </li>
          </ul>
        </>
      )}
      <Section title={t("fleet.wrong")} more={<a href={addressOf("incidents")}>{t("nav.incidents")}</a>}>
        {Boolean(incidents.error) && !incidents.value && <Refused error={incidents.error} />}
        {incidents.value && items.length === 0 && <p class="soft">{t("fleet.nothingWrong")}</p>}
        <ul class="plain">
          {items.map((incident) => (
            <IncidentRow key={incident.id} incident={incident} />
          ))}
        </ul>
      </Section>
      {known && <Later />}
    </main>
  );
}
