import assert from "node:assert/strict";
import { test } from "node:test";
import type { FoundMail } from "@mailfleet/contracts";
import { mergedPages, readPlaces, writtenPlaces } from "./merged-pages.ts";

const mail = (id: string, at: number) => ({ id, at }) as FoundMail;
const place = ({ at, id }: FoundMail) => `${at}/${id}`;

/** A service with this mail, newest first, of which every `fits`th is found and `reads` are read for a page. */
const service =
  (all: readonly FoundMail[], { fits, reads }: { fits: number; reads: number }) =>
  (cursor: string | null | undefined, limit: number) => {
    if (cursor === null) return { items: [], next: null };
    const from = cursor === undefined ? 0 : all.findIndex((one) => place(one) === cursor) + 1;
    const items: FoundMail[] = [];
    let n = from;
    for (; n < all.length && n < from + reads && items.length < limit; n += 1)
      if (n % fits === 0) items.push(all[n] as FoundMail);
    return { items, next: n < all.length ? place(all[n - 1] as FoundMail) : null };
  };

const ofRandom = (seed: number) => {
  let state = seed;
  return (below: number) => {
    state = (state * 48_271) % 2_147_483_647;
    return state % below;
  };
};

test("pages of two services are one list: all of both, each once, newest first", () => {
  for (let seed = 1; seed <= 300; seed += 1) {
    const random = ofRandom(seed);
    const [received, sent] = ["r", "s"].map((kind) =>
      Array.from({ length: random(40) }, (_, n) => mail(`${kind}${n}`, 1 + random(20))).sort((a, b) => b.at - a.at),
    ) as [FoundMail[], FoundMail[]];
    const services = [received, sent].map((all) => service(all, { fits: 1 + random(3), reads: 1 + random(6) }));
    const limit = 1 + random(7);
    const listed: FoundMail[] = [];
    let cursor: string | undefined;
    let rounds = 0;
    do {
      const places = readPlaces(cursor, 2);
      const page = mergedPages(
        services.map((ask, n) => ask(places[n], limit)),
        places,
        limit,
      );
      assert.ok(page.items.length <= limit);
      listed.push(...page.items);
      cursor = writtenPlaces(page.places) ?? undefined;
      rounds += 1;
      assert.ok(rounds < 500, `seed ${seed} does not come to an end`);
    } while (cursor !== undefined);
    const whole = [received, sent].flatMap((all, n) => {
      const items: FoundMail[] = [];
      let at: string | null | undefined;
      do {
        const part = services[n]?.(at, 1000) ?? { items: [], next: null };
        items.push(...part.items);
        at = part.next;
      } while (at !== null);
      assert.ok(items.length <= all.length);
      return items;
    });
    assert.deepEqual(listed.map(({ id }) => id).toSorted(), whole.map(({ id }) => id).toSorted(), `seed ${seed}`);
    const times = listed.map(({ at }) => at);
    assert.deepEqual(
      times,
      times.toSorted((a, b) => b - a),
      `seed ${seed}`,
    );
  }
});

test("a cursor of another list is refused", () => {
  for (const cursor of [
    "x",
    "",
    Buffer.from("[null]").toString("base64url"),
    Buffer.from('["x",0]').toString("base64url"),
  ])
    assert.throws(() => readPlaces(cursor, 2), /cursor does not belong/);
});
