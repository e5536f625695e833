import { t, words } from "../i18n/i18n.ts";
import { addressOf, go } from "../router.ts";
import { lifecycleGroups } from "../ui/lifecycle-groups.ts";
import { addressOfListing, type Listing, orders } from "./listing.ts";
import { profileNames } from "./profile-names.ts";

/** What is listed: it stands in the address, so that it can be kept as a bookmark and sent to others. */
export function Filters({ listing }: { listing: Listing }) {
  const set = (name: keyof Listing, value: string) =>
    go(addressOfListing({ ...listing, [name]: value }), { replace: true });
  const choice = (name: keyof Listing, label: string, options: readonly (readonly [string, string])[]) => (
    <label>
      <span class="hidden">{label}</span>
      <select value={listing[name] ?? ""} onChange={(event) => set(name, (event.target as HTMLSelectElement).value)}>
        <option value="">{label}</option>
        {options.map(([value, text]) => (
          <option key={value} value={value}>
            {text}
          </option>
        ))}
      </select>
    </label>
  );
  return (
    <search class="filters">
      <label>
        <span class="hidden">{t("mailboxes.search")}</span>
        <input
          type="search"
          placeholder={t("mailboxes.search")}
          value={listing.search ?? ""}
          maxLength={200}
          onInput={(event) => set("search", (event.target as HTMLInputElement).value)}
        />
      </label>
      {choice(
        "lifecycle",
        t("column.state"),
        lifecycleGroups.map((word) => [word, words(`lifecycle.${word}`, word)]),
      )}
      {choice("profileId", t("column.profile"), [...profileNames.value])}
      {choice(
        "kind",
        t("column.kind"),
        ["user", "queue", "forward"].map((kind) => [kind, words(`kind.${kind}`, kind)]),
      )}
      {choice(
        "sort",
        t("sort"),
        orders.map((order) => [order, t(`sort.${order}`)]),
      )}
      {Object.values(listing).some(Boolean) && <a href={addressOf("mailboxes")}>{t("mailboxes.clear")}</a>}
    </search>
  );
}
