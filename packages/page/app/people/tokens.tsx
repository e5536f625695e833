import type { Token } from "@mailfleet/contracts";
import { useEffect } from "preact/hooks";
import { t, words } from "../i18n/i18n.ts";
import { nameOfProfile, readProfileNames } from "../mailboxes/profile-names.ts";
import { addressOf } from "../router.ts";
import { usePages } from "../ui/load.ts";
import { Button, Refused, Section, When } from "../ui/parts.tsx";
import { act } from "../ui/said.tsx";

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

function TokenRow({ token }: { token: Token }) {
  const { id, name, role, lastUsedAt, expiresAt } = token;
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
        · <a href={addressOf("people", { by: id })}>{t("people.did")}</a>
      </div>
    </li>
  );
}

/** The tokens with their roles and limits, never with their secrets. */
export function Tokens() {
  const { items, error, more } = usePages<Token>("/tokens", { limit: 100 });
  useEffect(() => void readProfileNames(), []);
  return (
    <Section title={t("people.tokens")}>
      <p class="soft small">{t("people.made")}</p>
      {Boolean(error) && !items && <Refused error={error} />}
      <ul class="plain">
        {items?.map((token) => (
          <TokenRow key={token.id} token={token} />
        ))}
      </ul>
      {more && <Button work={() => act(more)}>{t("more")}</Button>}
    </Section>
  );
}
