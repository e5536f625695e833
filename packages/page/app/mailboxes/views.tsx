import { signal } from "@preact/signals";
import { useState } from "preact/hooks";
import { t } from "../i18n/i18n.ts";
import { addressOf, go } from "../router.ts";
import { AskDialog } from "../ui/ask-dialog.tsx";
import { Button, Field } from "../ui/parts.tsx";
import { say } from "../ui/said.tsx";
import { columnsInUse, usualColumns } from "./columns.tsx";
import { addressOfListing, type Listing } from "./listing.ts";

/** A listing that a person has given a name; its address says all of it. */
interface View {
  readonly name: string;
  readonly address: string;
}

const stored = "mailfleet-views";

function keptBefore(): readonly View[] {
  try {
    return JSON.parse(localStorage.getItem(stored) ?? "[]") as readonly View[];
  } catch {
    return [];
  }
}

const kept = signal(keptBefore());

function keep(views: readonly View[]): void {
  kept.value = views.toSorted((one, other) => one.name.localeCompare(other.name));
  localStorage.setItem(stored, JSON.stringify(kept.value));
}

/** Views by name: what is listed, its order and its columns. The browser keeps them; the link shares one. */
export function Views({ listing }: { listing: Listing }) {
  const [naming, setNaming] = useState(false);
  const address = addressOfListing({ ...listing, columns: columnsInUse() });
  const here = kept.value.find((view) => view.address === address);
  const others = kept.value.filter((view) => view !== here);
  const isUsual = address === addressOfListing({ columns: usualColumns });
  const share = async () => {
    const link = `${location.origin}${address}`;
    try {
      await navigator.clipboard.writeText(link);
      say(t("view.copied"));
    } catch {
      // Without TLS browsers have no clipboard for pages.
      say(link);
    }
  };
  return (
    <div class="bulk">
      {kept.value.length > 0 && (
        <label>
          <span class="hidden">{t("view")}</span>
          <select
            value={here?.address ?? ""}
            onChange={(event) => go((event.target as HTMLSelectElement).value || addressOf("mailboxes"))}
          >
            <option value="">{here ? t("view.usual") : t("view")}</option>
            {kept.value.map(({ name, address }) => (
              <option key={name} value={address}>
                {name}
              </option>
            ))}
          </select>
        </label>
      )}
      {here ? (
        <Button
          work={() => {
            keep(others);
            say(t("view.removed", { name: here.name }));
          }}
        >
          {t("view.remove")}
        </Button>
      ) : (
        !isUsual && <Button work={() => setNaming(true)}>{t("view.keep")}</Button>
      )}
      {!isUsual && <Button work={share}>{t("view.share")}</Button>}
      {naming && (
        <AskDialog
          title={t("view.title")}
          yes={t("view.keep")}
          onClose={() => setNaming(false)}
          onAnswer={({ name = "" }) => {
            keep([...kept.value.filter((view) => view.name !== name), { name, address }]);
            go(address, { replace: true });
            say(t("view.kept", { name }));
          }}
        >
          <Field name={t("view.name")} text={t("view.hint")}>
            <input name="name" required maxLength={60} />
          </Field>
        </AskDialog>
      )}
    </div>
  );
}
