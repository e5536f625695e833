import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { leavesOf, mailbox, notificationSettings, profile, type RequestName, settings } from "@mailfleet/contracts";
import { type ConsoleUnderTest, startConsoleUnderTest } from "./console-under-test.ts";
import { mailboxSample, profileSample } from "./samples.ts";
import { putInto, wrongValues } from "./wrong-values.ts";

/** Each noun that people set, where it is made and changed, and what a new one needs. */
const things = [
  { noun: profile, make: "/profiles", change: `/profiles/${profileSample.id}`, needs: { name: "Sales" } },
  {
    noun: mailbox,
    make: "/mailboxes",
    change: `/mailboxes/${mailboxSample.id}`,
    needs: { address: "a@example.org" },
  },
  { noun: settings, make: null, change: "/settings", needs: {} },
  { noun: notificationSettings, make: null, change: "/settings/notifications", needs: {} },
];

interface Refusal {
  readonly code: string;
  readonly errors: readonly { readonly pointer: string; readonly reason: string }[];
}

describe("bad input", () => {
  let console: ConsoleUnderTest;
  const reached: string[] = [];
  before(async () => {
    const writing = ["create", "update"].flatMap((verb) =>
      things.map(({ noun }) => `${noun.owner}.${noun.name}.${verb}` as RequestName),
    );
    const known = writing.filter((name) => !/settings\.create$/.test(name));
    const handlers = known.map((name) => [name, async () => void reached.push(name)] as const);
    console = await startConsoleUnderTest({
      ...Object.fromEntries(handlers),
      "config.mailbox.get": async () => mailboxSample,
    });
  });
  after(() => console?.stop());

  for (const { noun, make, change, needs } of things)
    for (const { method, path, more } of [
      ...(make === null ? [] : [{ method: "POST", path: make, more: needs }]),
      { method: "PATCH", path: change, more: {} },
    ])
      it(`of every field of ${noun.name} is refused with its name and the rule, and reaches nobody (${method})`, async () => {
        const leaves = leavesOf(noun).filter(({ set }) => method === "POST" || set === "always");
        const wrong = leaves.map((leaf) => wrongValues(leaf));
        // All fields are wrong at once, each in one way after the other: a request for each would take minutes.
        for (let way = 0; way < Math.max(...wrong.map(({ length }) => length)); way += 1) {
          const body: Record<string, unknown> = { ...more };
          const sent = leaves.flatMap((leaf, index) => {
            const bad = wrong[index]?.[way];
            if (bad) putInto(body, leaf.path, bad.value);
            return bad ? [{ at: `/${leaf.path.join("/")}`, what: bad.what }] : [];
          });
          const answer = await console.send(method, path, { body });
          const { errors = [], code } = answer.body as unknown as Refusal;
          assert.deepEqual([answer.status, code], [400, "INVALID"]);
          const reasonOf = (at: string) =>
            errors.find(({ pointer }) => pointer === at || pointer.startsWith(`${at}/`))?.reason ?? "nothing is said";
          const silent = sent.filter(({ at }) => !/^(must|is|does|has) /.test(reasonOf(at)));
          assert.deepEqual(
            silent.map(({ at, what }) => `${at}, ${what}: ${reasonOf(at)}`),
            [],
          );
        }
        assert.deepEqual(reached, []);
      });

  for (const { noun, make, change, needs } of things) {
    it(`of ${noun.name}: what is needed and missing is named, and what is not known`, async () => {
      for (const name of Object.keys(needs)) {
        const { body, status } = await console.send("POST", make ?? "", { body: { ...needs, [name]: undefined } });
        assert.deepEqual([status, body.errors], [400, [{ pointer: `/${name}`, reason: "is needed" }]]);
      }
      const { body, status } = await console.send("PATCH", change, { body: { colour: "red" } });
      assert.deepEqual([status, body.errors], [400, [{ pointer: "/colour", reason: "is not a known field" }]]);
      assert.deepEqual(reached, []);
    });
  }
});
