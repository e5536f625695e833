import { addressOf } from "../router.ts";
import type { Filter } from "./mailbox-rows.ts";

const filterNames = ["lifecycle", "profileId", "kind", "active", "search"] as const;
/** By what the list can be ordered, as the API names it; by address if none is named. */
export const orders = ["-changedAt", "-createdAt"] as const;
type Order = (typeof orders)[number];

/** What the address says of the list: what is listed, in which order, with which columns. Anything else in it means nothing. */
export type Listing = Filter & { readonly sort?: Order; readonly columns?: string };

/** Reads the query of the page's address. */
export function listingOf(query: Readonly<Record<string, string>>): { filter: Filter; sort: Order | undefined } {
  const filter = Object.fromEntries(filterNames.flatMap((name) => (query[name] ? [[name, query[name]]] : [])));
  return { filter, sort: orders.find((order) => order === query.sort) };
}

/** The address of a listing; the same listing always has the same one. */
export function addressOfListing(listing: Listing): string {
  const names = [...filterNames, "sort", "columns"] as const;
  return addressOf("mailboxes", Object.fromEntries(names.map((name) => [name, listing[name]])));
}
