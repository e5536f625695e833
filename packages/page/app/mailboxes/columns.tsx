import { computed, signal } from "@preact/signals";
import { t, type Words, words } from "../i18n/i18n.ts";
import { go, place } from "../router.ts";
import { DirectionWord } from "../ui/lifecycle.tsx";
import { addressOfListing } from "./listing.ts";
import type { Row } from "./mailbox-rows.ts";
import { nameOfProfile } from "./profile-names.ts";

/** What a row may show besides address and state, with its heading. */
const heads = {
  inbound: "direction.inbound",
  outbound: "direction.outbound",
  act: "direction.act",
  profile: "column.profile",
  kind: "column.kind",
  name: "column.name",
  owner: "column.owner",
} as const satisfies Readonly<Record<string, Words>>;
type Column = keyof typeof heads;

const stored = "mailfleet-columns";
const usual: readonly Column[] = ["inbound", "outbound", "profile"];

/** What is no column any more is left out. */
const known = (names: readonly string[]) => (Object.keys(heads) as Column[]).filter((name) => names.includes(name));

/** What was chosen in this browser. */
const chosen = signal(known(localStorage.getItem(stored)?.split(",") ?? usual));
/** Those that the address names, as that of a view does; otherwise those that were chosen. */
const shown = computed(() => {
  const { columns } = place.value.query;
  return columns === undefined ? chosen.value : known(columns.split(","));
});

/** Those of a browser in which nobody has chosen, as the address names them. */
export const usualColumns = usual.join(",");
/** The columns in use, as the address names them. */
export const columnsInUse = (): string => shown.value.join(",") || "none";

function toggle(name: Column): void {
  const now = shown.value;
  chosen.value = (Object.keys(heads) as Column[]).filter((one) => (one === name) !== now.includes(one));
  localStorage.setItem(stored, chosen.value.join(","));
  const { columns, ...query } = place.value.query;
  if (columns !== undefined) go(addressOfListing(query), { replace: true });
}

/** The widths of the columns in use, as the style sheet takes them. */
export const columnWidths = (): string =>
  shown.value.length > 0 ? `repeat(${shown.value.length}, minmax(7rem, 1fr))` : " ";

/** Chooses the columns of the list; the browser remembers them. */
export function ChooseColumns() {
  return (
    <details class="choose">
      <summary>{t("columns")}</summary>
      {(Object.keys(heads) as Column[]).map((name) => (
        <label key={name}>
          <input type="checkbox" checked={shown.value.includes(name)} onChange={() => toggle(name)} /> {t(heads[name])}
        </label>
      ))}
    </details>
  );
}

/** The headings of the chosen columns. */
export function ColumnHeads() {
  return shown.value.map((name) => (
    <span key={name} role="columnheader" class="wide">
      {t(heads[name])}
    </span>
  ));
}

function Cell({ name, row: { directions, profileId, kind, name: called, owner } }: { name: Column; row: Row }) {
  if (name === "profile") return <>{nameOfProfile(profileId)}</>;
  if (name === "kind") return <>{kind && words(`kind.${kind}`, kind)}</>;
  if (name === "name") return <>{called}</>;
  if (name === "owner") return <>{owner?.name ?? owner?.email}</>;
  return <DirectionWord {...directions[name]} />;
}

/** The chosen columns of a mailbox. */
export function ColumnCells({ row }: { row: Row }) {
  return shown.value.map((name) => (
    <span role="cell" key={name} class={name in row.directions ? "wide" : "wide soft"}>
      <Cell name={name} row={row} />
    </span>
  ));
}
