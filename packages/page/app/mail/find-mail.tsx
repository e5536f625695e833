import type { FoundMail, MailTrail } from "@mailfleet/contracts";
import { useState } from "preact/hooks";
import { listPath, type Paged } from "../api.ts";
import { t, type Words, words } from "../i18n/i18n.ts";
import { dateTime } from "../i18n/times.ts";
import { addressOf, go, place } from "../router.ts";
import { toneOf } from "../ui/lifecycle.tsx";
import { useRead } from "../ui/load.ts";
import { Field, Refused, State, When } from "../ui/parts.tsx";

const criteria = ["messageId", "from", "to", "subject"] as const;

/** Everything that happened to one message. */
function Trail({ id }: { id: string }) {
  const trail = useRead<MailTrail>(`/mail/${encodeURIComponent(id)}`);
  return (
    <>
      {Boolean(trail.error) && <Refused error={trail.error} />}
      <ol class="timeline">
        {trail.value?.events.map(({ at, what, words: said }, index) => (
          <li key={`${index} ${what}`}>
            <span class="soft">{at === null ? "" : dateTime(at)}</span> {words(`mail.${what}`, what)}
            {said && <div class="words soft">{said}</div>}
          </li>
        ))}
      </ol>
    </>
  );
}

function Found({ mail }: { mail: FoundMail }) {
  const [open, setOpen] = useState(false);
  const { id, state, at, from, to, subject, why, mailboxId } = mail;
  return (
    <li>
      <State tone={toneOf(state)}>{words(`mail.${state}`, state)}</State> <When at={at} />
      <div>
        <b>{subject ?? t("mail.noSubject")}</b>
      </div>
      <div class="soft">
        {from} → {to.join(", ")} · <a href={addressOf(`mailboxes/${mailboxId}`)}>{t("mail.mailbox")}</a>
      </div>
      {why && <div class="words">{why}</div>}
      <details onToggle={(event) => setOpen((event.target as HTMLDetailsElement).open)}>
        <summary>{t("mail.trail")}</summary>
        {open && <Trail id={id} />}
      </details>
    </li>
  );
}

/** What became of a message, received or sent. */
export function FindMail() {
  const { query } = place.value;
  const asked = criteria.some((name) => query[name]);
  const found = useRead<Paged<FoundMail>>(asked ? listPath("/mail", { ...query, limit: 50 }) : null);
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    const fields = [...new FormData(event.currentTarget as HTMLFormElement)];
    go(addressOf("mail", Object.fromEntries(fields.map(([name, value]) => [name, String(value).trim()]))));
  };
  const items = found.value?.items ?? [];
  return (
    <main>
      <h1>{t("nav.mail")}</h1>
      <form class="grid card" onSubmit={submit}>
        {criteria.map((name) => (
          <Field key={name} name={t(`mail.by.${name}` as Words)}>
            <input name={name} defaultValue={query[name] ?? ""} maxLength={300} />
          </Field>
        ))}
        <div class="buttons">
          <button type="submit" class="main">
            {t("mail.find")}
          </button>
        </div>
      </form>
      {asked && Boolean(found.error) && <Refused error={found.error} />}
      {asked && found.value && (
        <p class="soft" role="status">
          {t("mail.found", { n: items.length })}
        </p>
      )}
      {items.length > 0 && (
        <ul class="plain card">
          {items.map((mail) => (
            <Found key={mail.id} mail={mail} />
          ))}
        </ul>
      )}
    </main>
  );
}
