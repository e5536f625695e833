import type { ListQuery } from "./document.ts";
import { type Index, living } from "./indexes.ts";

/** The orders in which a kept noun can be listed, and the indexes for them, each of which is read in both directions. */
export function ordersOf(
  names: readonly string[],
  {
    sorts = {},
    indexes = [],
  }: { readonly sorts?: Readonly<Record<string, string>>; readonly indexes?: readonly Index[] },
): { readonly indexes: readonly Index[]; sortBy(sort: string): ListQuery["sort"] } {
  const pathOf = (name: string) => sorts[name] ?? name;
  /** What nobody has twice is an order by itself. */
  const isUnique = (path: string) =>
    indexes.some(({ keys, unique, where }) => unique && where === living && Object.keys(keys).join() === path);
  return {
    indexes: names
      .filter((name) => !isUnique(pathOf(name)))
      .map((name) => ({ name: `by-${name}`, keys: { [pathOf(name)]: 1, _id: 1 }, where: living })),
    sortBy(sort) {
      const direction = sort.startsWith("-") ? -1 : 1;
      const path = pathOf(sort.replace(/^-/, ""));
      return isUnique(path)
        ? [[path, direction]]
        : [
            [path, direction],
            ["_id", direction],
          ];
    },
  };
}
