import type { Profile } from "@mailfleet/contracts";
import { signal } from "@preact/signals";
import { listPath, type Paged, read } from "../api.ts";

/** Names of the profiles by their ids. */
export const profileNames = signal<ReadonlyMap<string, string>>(new Map());

/** Reads the names, at most 500 of them. */
export async function readProfileNames(): Promise<void> {
  const { items } = await read<Paged<Profile>>(listPath("/profiles", { limit: 500 })).catch(() => ({ items: [] }));
  profileNames.value = new Map(items.map(({ id, name }) => [id, name]));
}

/** The name of a profile, or its id as long as the name is not known. */
export const nameOfProfile = (id: string): string => profileNames.value.get(id) ?? id;
