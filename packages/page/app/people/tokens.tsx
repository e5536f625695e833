import type { Token } from "@mailfleet/contracts";
import { useEffect, useState } from "preact/hooks";
import { ask } from "../api.ts";
import { t, words } from "../i18n/i18n.ts";
import { nameOfProfile, readProfileNames } from "../mailboxes/profile-names.ts";
import { addressOf } from "../router.ts";
import { AskDialog } from "../ui/ask-dialog.tsx";
import { usePages } from "../ui/load.ts";
import { Button, Refused, Section, When } from "../ui/parts.tsx";
import { act } from "../ui/said.tsx";
import { SchemaForm } from "../ui/schema-form.tsx";

/** How a token is limited, besides its role. */
function limitsOf({ profileIds, domains, only, mailboxIds }: Token): string[] {
  const limit = (key: "people.profiles" | "people.domains" | "people.only", list: readonly string[] | undefined) =>
    list ? [t(key, { list: list.join(", ") })] : [];
  return [
    ...limit("people.profiles", profileIds?.map(nameOfProfile)),
    ...limit("people.domains", domains),
    ...limit("people.only", only),
    ...(mailboxIds ? [t("mailboxes.shown", { n: mailboxIds.length })] : []),
  ];
}

function TokenRow({ token, onGone }: { token: Token; onGone: () => void }) {
  const { id, name, role, lastUsedAt, expiresAt } = token;
  const [asked, setAsked] = useState(false);
  const remove = async () => {
    await act(
      () => ask("DELETE", `/tokens/${id}`),
      () => t("token.deleted", { name }),
    );
    onGone();
  };
  return (
    <li>
      <b>{name}</b> · {words(`role.${role}`, role)}
      {limitsOf(token).map((limit) => (
        <span key={limit}> · {limit}</span>
      ))}
      <div class="soft small">
        {t("people.lastUsed")} <When at={lastUsedAt} />
        {expiresAt !== undefined && (
          <>
            {" "}
            · {t("people.ends")} <When at={expiresAt} />
          </>
        )}{" "}
        · <a href={addressOf("people", { by: id })}>{t("people.did")}</a> ·{" "}
        <button type="button" class="quiet" onClick={() => setAsked(true)}>
          {t("token.delete")}
        </button>
      </div>
      {asked && (
        <AskDialog
          title={t("token.deleteTitle", { name })}
          yes={t("token.delete")}
          danger
          onClose={() => setAsked(false)}
          onAnswer={remove}
        >
          <p class="soft">{t("token.deleteHint")}</p>
        </AskDialog>
      )}
    </li>
  );
}

/** Makes a token from what the API says of one; its secret is shown this once. */
function NewToken({ onMade }: { onMade: () => void }) {
  const [made, setMade] = useState<Token | null>(null);
  const [open, setOpen] = useState(false);
  const save = async (body: object) => {
    const answer = await act(
      () => ask<Token>("POST", "/tokens", { body }),
      ({ name }) => t("token.made", { name }),
    );
    if (!answer) return;
    setMade(answer);
    setOpen(false);
    onMade();
  };
  return (
    <>
      <button type="button" class="quiet" aria-expanded={open} onClick={() => setOpen(!open)}>
        {t("token.new")}
      </button>
      {open && <SchemaForm method="post" path="/tokens" value={{}} onSave={save} />}
      {made && (
        <p class="notice good">
          {t("token.once", { name: made.name })} <code class="words">{made.token}</code>
        </p>
      )}
    </>
  );
}

/** The tokens with their roles and limits, never with their secrets. */
export function Tokens() {
  const { items, error, more, again } = usePages<Token>("/tokens", { limit: 100 });
  useEffect(() => void readProfileNames(), []);
  return (
    <Section title={t("people.tokens")}>
      <p class="soft small">{t("people.made")}</p>
      <NewToken onMade={again} />
      {Boolean(error) && !items && <Refused error={error} />}
      <ul class="plain">
        {items?.map((token) => (
          <TokenRow key={token.id} token={token} onGone={again} />
        ))}
      </ul>
      {more && <Button work={() => act(more)}>{t("more")}</Button>}
    </Section>
  );
}
