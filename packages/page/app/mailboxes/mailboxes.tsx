import type { Signal } from "@preact/signals";
import { useEffect, useMemo, useState } from "preact/hooks";
import { t } from "../i18n/i18n.ts";
import { useFacts, useGathered } from "../live.ts";
import { addressOf, place } from "../router.ts";
import { mayAdminister, mayChange } from "../session/session.ts";
import { Lifecycle } from "../ui/lifecycle.tsx";
import { Refused } from "../ui/parts.tsx";
import { VirtualList } from "../ui/virtual-list.tsx";
import { BulkBar } from "./bulk-bar.tsx";
import { ChooseColumns, ColumnCells, ColumnHeads, columnWidths } from "./columns.tsx";
import { Filters } from "./filters.tsx";
import { type Listing, listingOf } from "./listing.ts";
import { MailboxRows, type Row } from "./mailbox-rows.ts";
import { readProfileNames } from "./profile-names.ts";
import { Views } from "./views.tsx";

const narrow = matchMedia("(max-width: 45rem)");

function useNarrow(): boolean {
  const [is, setIs] = useState(narrow.matches);
  useEffect(() => {
    const look = () => setIs(narrow.matches);
    narrow.addEventListener("change", look);
    return () => narrow.removeEventListener("change", look);
  }, []);
  return is;
}

function MailboxRow({
  row,
  index,
  marked,
  onMark,
}: {
  row: Signal<Row>;
  index: number;
  marked: boolean;
  onMark: (id: string) => void;
}) {
  const { id, address, lifecycle } = row.value;
  return (
    <div class="row" role="row" aria-rowindex={index + 2}>
      <span role="cell" class="name">
        {mayChange() && (
          <input
            type="checkbox"
            aria-label={t("bulk.mark", { address })}
            checked={marked}
            onChange={() => onMark(id)}
          />
        )}
        <a href={addressOf(`mailboxes/${id}`)}>{address}</a>
      </span>
      <span role="cell">
        <Lifecycle word={lifecycle} />
      </span>
      <ColumnCells row={row.value} />
    </div>
  );
}

/** All mailboxes that a filter finds, as they are now. */
export function Mailboxes() {
  const listing = place.value.query as Listing;
  const { filter, sort } = listingOf(place.value.query);
  const list = useMemo(() => new MailboxRows(filter, sort), [JSON.stringify({ filter, sort })]);
  const rowHeight = useNarrow() ? 62 : 42;
  useEffect(() => {
    void list.readMore();
    return () => list.stop();
  }, [list]);
  useEffect(() => void readProfileNames(), []);
  const again = useGathered(() => void list.readAgain(), 2000);
  const [wasReady, setWasReady] = useState(false);
  useFacts(
    { types: ["mailbox.transitioned.v1", "mailbox.created.v1", "mailbox.deleted.v1"] },
    (fact) => (fact.type === "mailbox.created.v1" ? again() : list.take(fact)),
    () => {
      // The list was read when the page appeared: only a later connection may have missed something.
      if (wasReady) again();
      setWasReady(true);
    },
  );
  const rows = list.rows.value;
  const [marked, setMarked] = useState<ReadonlySet<string>>(new Set());
  useEffect(() => setMarked(new Set()), [list]);
  const mark = (id: string) =>
    setMarked((before) => {
      const after = new Set(before);
      if (!after.delete(id)) after.add(id);
      return after;
    });
  const heads = (
    <div class="row" role="row" aria-rowindex={1}>
      <span role="columnheader">{t("column.address")}</span>
      <span role="columnheader">{t("column.state")}</span>
      <ColumnHeads />
    </div>
  );
  return (
    <main class="full">
      <div class="head">
        <h1>{t("nav.mailboxes")}</h1>
        <Views listing={listing} />
        {mayAdminister() && <a href={addressOf("import")}>{t("import")}</a>}
      </div>
      <Filters listing={listing} />
      {Boolean(list.error.value) && <Refused error={list.error.value} />}
      <p class="soft small" role="status">
        {list.more.value ? t("mailboxes.shownMore", { n: rows.length }) : t("mailboxes.shown", { n: rows.length })}
      </p>
      {mayChange() && rows.length > 0 && (
        <BulkBar marked={marked} filter={filter} onDone={() => setMarked(new Set())} />
      )}
      <ChooseColumns />
      <div style={{ "--columns": columnWidths() }}>
        <VirtualList
          label={t("nav.mailboxes")}
          heads={heads}
          length={rows.length}
          rowHeight={rowHeight}
          row={(index) => (
            <MailboxRow
              key={rows[index]!.peek().id}
              row={rows[index]!}
              index={index}
              marked={marked.has(rows[index]!.peek().id)}
              onMark={mark}
            />
          )}
          onNearEnd={() => void list.readMore()}
        />
      </div>
    </main>
  );
}
