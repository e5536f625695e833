import type { Session } from "@mailfleet/contracts";
import { useState } from "preact/hooks";
import { ask } from "../api.ts";
import { t, words } from "../i18n/i18n.ts";
import { usePages } from "../ui/load.ts";
import { Button, Refused, Section, When } from "../ui/parts.tsx";
import { act } from "../ui/said.tsx";

function SessionRow({ session, end }: { session: Session; end: () => unknown }) {
  const { name, role, by, from, createdAt, lastUsedAt } = session;
  return (
    <li>
      <b>{name}</b> · {words(`role.${role}`, role)} · {words(`people.by.${by}`, by)} · {from}
      <div class="soft small">
        {t("people.since")} <When at={createdAt} /> · {t("people.lastUsed")} <When at={lastUsedAt} />
      </div>
      <Button work={end}>{t("people.end")}</Button>
    </li>
  );
}

/** The browsers in which somebody is signed in, and how to end that. */
export function Sessions() {
  const { items, error, more } = usePages<Session>("/sessions", { limit: 100 });
  const [ended, setEnded] = useState<readonly string[]>([]);
  const end = ({ id, name }: Session) =>
    act(
      async () => {
        await ask("DELETE", `/sessions/${id}`);
        setEnded((before) => [...before, id]);
      },
      () => t("people.ended", { name }),
    );
  return (
    <Section title={t("people.sessions")}>
      {Boolean(error) && !items && <Refused error={error} />}
      <ul class="plain">
        {items
          ?.filter(({ id }) => !ended.includes(id))
          .map((session) => (
            <SessionRow key={session.id} session={session} end={() => end(session)} />
          ))}
      </ul>
      {more && <Button work={() => act(more)}>{t("more")}</Button>}
    </Section>
  );
}
