/** Adds to a list that forgets its oldest entries: a benchmark of a million requests must not fill the memory. */
export function remember<T>(list: T[], entry: T, limit = 20_000): void {
  list.push(entry);
  if (list.length > limit * 2) list.splice(0, list.length - limit);
}
