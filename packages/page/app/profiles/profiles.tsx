import type { Profile } from "@mailfleet/contracts";
import { ask, listPath, type Paged } from "../api.ts";
import { t } from "../i18n/i18n.ts";
import { addressOf, go } from "../router.ts";
import { mayChange } from "../session/session.ts";
import { useRead } from "../ui/load.ts";
import { Refused, State } from "../ui/parts.tsx";
import { act } from "../ui/said.tsx";
import { SchemaForm } from "../ui/schema-form.tsx";

/** All profiles. */
export function Profiles() {
  const list = useRead<Paged<Profile>>(listPath("/profiles", { limit: 500 }));
  const items = list.value?.items ?? [];
  return (
    <main>
      <h1>{t("nav.profiles")}</h1>
      {Boolean(list.error) && <Refused error={list.error} />}
      {mayChange() && (
        <p>
          <a href={addressOf("profiles/new")}>{t("profile.new")}</a>
        </p>
      )}
      {items.length > 0 && (
        <ul class="plain card">
          {items.map(({ id, name, type, active, isDefault, mailboxes, inbound, outbound }) => (
            <li key={id}>
              <State tone={active ? "good" : "quiet"}>{t(active ? "profile.active" : "profile.inactive")}</State>{" "}
              <a href={addressOf(`profiles/${id}`)}>{name}</a>
              <span class="soft">
                {" "}
                · {type} {isDefault && `· ${t("profile.default")} `}·{" "}
                {[inbound?.host, outbound?.host].filter((host, at, all) => host && all.indexOf(host) === at).join(", ")}{" "}
                · <a href={addressOf("mailboxes", { profileId: id })}>{t("mailboxes.shown", { n: mailboxes })}</a>
              </span>
            </li>
          ))}
        </ul>
      )}
      {list.value && items.length === 0 && <p class="soft">{t("profile.none")}</p>}
    </main>
  );
}

/** Makes a profile. */
export function NewProfile() {
  const save = async (body: object) => {
    const made = await act(
      () => ask<Profile>("POST", "/profiles", { body }),
      ({ name }) => t("profile.made", { name }),
    );
    if (made) go(addressOf(`profiles/${made.id}`));
  };
  return (
    <main>
      <h1>{t("profile.new")}</h1>
      <div class="card">
        <SchemaForm method="post" path="/profiles" value={{}} onSave={save} />
      </div>
    </main>
  );
}
