import type { Incident } from "@mailfleet/contracts";
import type { ComponentChildren } from "preact";
import { t, words } from "../i18n/i18n.ts";
import { addressOf } from "../router.ts";
import { State, When } from "../ui/parts.tsx";

const tones = { error: "bad", warning: "warn", information: "quiet" } as const;

function About({ incident: { object } }: { incident: Incident }) {
  const name = object.label ?? object.id;
  if (object.type === "mailbox") return <a href={addressOf(`mailboxes/${object.id}`)}>{name}</a>;
  if (object.type === "profile") return <a href={addressOf("mailboxes", { profileId: object.id })}>{name}</a>;
  return <b>{name}</b>;
}

/** One incident: for whom, since when, why, and what to do now. */
export function IncidentRow({ incident, children }: { incident: Incident; children?: ComponentChildren }) {
  const { severity, alerts, firstAt, text, remedy, hosts, acknowledged, muted, state } = incident;
  return (
    <li class="incident">
      <div>
        <State tone={state === "cleared" ? "good" : tones[severity]}>{words(`severity.${severity}`, severity)}</State>{" "}
        <About incident={incident} /> <When at={firstAt} />
        {alerts > 1 && <span class="soft"> · {t("incident.alerts", { n: alerts })}</span>}
        {acknowledged && <span class="soft"> · {t("incident.acknowledged", { by: acknowledged.by })}</span>}
        {muted && <span class="soft"> · {t("incident.muted", { reason: muted.reason })}</span>}
      </div>
      <p>
        {text} {hosts.length > 0 && <span class="soft">({hosts.join(", ")})</span>}
      </p>
      <p class="soft">{remedy}</p>
      {children}
    </li>
  );
}
