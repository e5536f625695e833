import type { EwsOperation } from "./ews-call.ts";
import { EwsError } from "./ews-errors.ts";
import { folderAt } from "./ews-ids.ts";
import type { EwsItem, EwsMailbox } from "./ews-mailbox.ts";
import { fieldValue, shownItem } from "./ews-shape.ts";
import { at, element, type XmlElement } from "./xml.ts";

type Test = (item: EwsItem, mailbox: EwsMailbox, test: XmlElement) => boolean;

const [field, constant] = [
  (test: XmlElement) => test.children.find(({ name }) => name === "FieldURI" || name === "ExtendedFieldURI"),
  (test: XmlElement) => (at(test, "FieldURIOrConstant", "Constant") ?? at(test, "Constant"))?.attributes.Value ?? "",
];
const compare =
  (holds: (value: string, wanted: string) => boolean): Test =>
  (item, mailbox, test) => {
    const uri = field(test);
    const value = uri && fieldValue(item, mailbox, uri);
    return value !== undefined && holds(value, constant(test));
  };

/** Restrictions (types.xsd: SearchExpressionType) by name. */
const tests: Readonly<Record<string, Test>> = {
  And: (item, mailbox, test) => test.children.every((one) => passes(item, mailbox, one)),
  Or: (item, mailbox, test) => test.children.some((one) => passes(item, mailbox, one)),
  Not: (item, mailbox, test) => test.children.every((one) => !passes(item, mailbox, one)),
  Exists: compare(() => true),
  IsEqualTo: compare((value, wanted) => value === wanted),
  IsNotEqualTo: compare((value, wanted) => value !== wanted),
  IsGreaterThan: compare((value, wanted) => value > wanted),
  IsGreaterThanOrEqualTo: compare((value, wanted) => value >= wanted),
  IsLessThan: compare((value, wanted) => value < wanted),
  IsLessThanOrEqualTo: compare((value, wanted) => value <= wanted),
  Contains: compare((value, wanted) => value.toLowerCase().includes(wanted.toLowerCase())),
};

function passes(item: EwsItem, mailbox: EwsMailbox, test: XmlElement): boolean {
  const known = tests[test.name];
  if (!known) throw new EwsError("ErrorInvalidArgument");
  return known(item, mailbox, test);
}

/** Messages of a folder that pass a restriction, in pages; newest first if no order is asked for. */
export const findItem: EwsOperation = {
  each: ({ request }) => at(request, "ParentFolderIds")?.children ?? [],
  answer: (call, id) => {
    const { request } = call;
    const { mailbox, folder } = folderAt(call, id);
    const restriction = at(request, "Restriction")?.children[0];
    const order = at(request, "SortOrder")?.children[0];
    const by = order && field(order);
    const found = [...mailbox.items.values()]
      .filter((item) => item.folder === folder.id && (!restriction || passes(item, mailbox, restriction)))
      .map((item) => ({ item, key: (by && fieldValue(item, mailbox, by)) ?? "" }))
      .sort((one, other) =>
        one.key < other.key ? -1 : one.key > other.key ? 1 : one.item.created - other.item.created,
      )
      .map(({ item }) => item);
    if (order?.attributes.Order !== "Ascending") found.reverse();
    const view = at(request, "IndexedPageItemView")?.attributes ?? {};
    if (view.BasePoint === "End") throw new EwsError("ErrorInvalidArgument");
    const from = Number(view.Offset ?? 0);
    const page = found.slice(from, from + Number(view.MaxEntriesReturned ?? 1000));
    const end = from + page.length;
    const shown = page.map((item) => shownItem(item, mailbox, at(request, "ItemShape")));
    return element("m:RootFolder", element("t:Items", shown.join("")), {
      IndexedPagingOffset: end,
      TotalItemsInView: found.length,
      IncludesLastItemInRange: String(end >= found.length),
    });
  },
};
