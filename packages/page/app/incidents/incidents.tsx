import type { Incident } from "@mailfleet/contracts";
import { useState } from "preact/hooks";
import { ask, listPath, type Paged } from "../api.ts";
import { IncidentRow } from "../fleet/incident-row.tsx";
import { t } from "../i18n/i18n.ts";
import { useFacts, useGathered } from "../live.ts";
import { addressOf, place } from "../router.ts";
import { mayChange } from "../session/session.ts";
import { AskDialog } from "../ui/ask-dialog.tsx";
import { useRead } from "../ui/load.ts";
import { Button, Field, Refused } from "../ui/parts.tsx";
import { act } from "../ui/said.tsx";

const hours = [1, 4, 24, 72, 168];

/** What can be done about an incident; each says what it did. */
function Handling({ incident, onDone }: { incident: Incident; onDone: () => void }) {
  const [muting, setMuting] = useState(false);
  const { id, acknowledged, muted, object } = incident;
  const name = object.label ?? object.id;
  const give = async (verb: string, said: string, body?: object) => {
    await act(
      () => ask("POST", `/incidents/${id}/${verb}`, body ? { body } : {}),
      () => said,
    );
    onDone();
  };
  const remove = async () => {
    await act(
      () => ask("DELETE", `/incidents/${id}`),
      () => t("incident.done.delete", { name }),
    );
    onDone();
  };
  const mute = ({ reason = "", hours: length = "24" }: Readonly<Record<string, string>>) => {
    const until = new Date(Date.now() + Number(length) * 3_600_000).toISOString();
    return give("mute", t("incident.done.mute", { name, n: Number(length) }), { reason, until });
  };
  return (
    <div class="buttons small">
      {!acknowledged && (
        <Button work={() => give("acknowledge", t("incident.done.acknowledge", { name }))}>
          {t("incident.acknowledge")}
        </Button>
      )}
      {muted ? (
        <Button work={() => give("unmute", t("incident.done.unmute", { name }))}>{t("incident.unmute")}</Button>
      ) : (
        <Button work={() => setMuting(true)}>{t("incident.mute")}</Button>
      )}
      <Button work={remove}>{t("incident.delete")}</Button>
      {muting && (
        <AskDialog
          title={t("incident.muteTitle", { name })}
          yes={t("incident.mute")}
          onClose={() => setMuting(false)}
          onAnswer={mute}
        >
          <Field name={t("reason")}>
            <input name="reason" required maxLength={300} />
          </Field>
          <Field name={t("incident.howLong")}>
            <select name="hours" defaultValue="24">
              {hours.map((n) => (
                <option key={n} value={String(n)} selected={n === 24}>
                  {t("hours", { n })}
                </option>
              ))}
            </select>
          </Field>
        </AskDialog>
      )}
    </div>
  );
}

/** What goes wrong, one entry for each cause: who looks after it, and whether notices are sent. */
export function Incidents() {
  const cleared = place.value.query.state === "cleared";
  const list = useRead<Paged<Incident>>(listPath("/incidents", { state: cleared ? "cleared" : "raised", limit: 100 }));
  const look = useGathered(list.again, 500);
  useFacts({ types: ["alert.changed.v1"] }, look, look);
  const items = list.value?.items ?? [];
  return (
    <main>
      <h1>{t("nav.incidents")}</h1>
      <p class="tabs">
        <a href={addressOf("incidents")} aria-current={cleared ? undefined : "page"}>
          {t("incident.open")}
        </a>
        <a href={addressOf("incidents", { state: "cleared" })} aria-current={cleared ? "page" : undefined}>
          {t("incident.over")}
        </a>
      </p>
      {Boolean(list.error) && <Refused error={list.error} />}
      {list.value && items.length === 0 && <p class="soft">{t("fleet.nothingWrong")}</p>}
      {items.length > 0 && (
        <ul class="plain card">
          {items.map((incident) => (
            <IncidentRow key={incident.id} incident={incident}>
              {mayChange() && !cleared && <Handling incident={incident} onDone={look} />}
            </IncidentRow>
          ))}
        </ul>
      )}
    </main>
  );
}
