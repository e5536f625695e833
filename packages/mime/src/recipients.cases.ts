import type { MailAddress, Recipient } from "@mailfleet/contracts";

/** Recipients as people give them, and what their reader must see. */
interface RecipientCase {
  readonly what: string;
  readonly to: Recipient[];
  readonly read: readonly MailAddress[];
}

const kept = (what: string, name: string): RecipientCase => ({
  what,
  to: [{ name, address: "hans@x.test" }],
  read: [{ name, address: "hans@x.test" }],
});

/** A name is only a name, whatever it holds. */
export const recipientCases: readonly RecipientCase[] = [
  { what: "a bare address", to: ["hans@x.test"], read: [{ name: null, address: "hans@x.test" }] },
  {
    what: "an address without a name",
    to: [{ name: null, address: "hans@x.test" }],
    read: [{ name: null, address: "hans@x.test" }],
  },
  kept("a plain name", "Hans Maier"),
  kept("a name with a comma", "Maier, Hans"),
  kept("a name outside ASCII with a comma", "Müller, Hans"),
  kept("a name in another script", "田中 太郎"),
  kept("a name with an emoji", "Hans 🙂 Maier"),
  kept("a name with quotes and a backslash", 'Hans "Hansi" \\ Maier'),
  kept("a name that looks like another address", "ceo@bank.example"),
  kept("a name that looks like another recipient", "ceo@bank.example <ceo@bank.example>,"),
  kept("a name that looks like another recipient, outside ASCII", "Größe <ceo@bank.example>, x"),
  kept("a name that looks like a group", "Team; all:"),
  kept("a name with parentheses", "Hans (Sales)"),
  kept("a long name", Array.from({ length: 20 }, (_, n) => `Wörter${n}`).join(" ")),
  {
    what: "several, some with names",
    to: ["a@x.test", { name: "B, C", address: "b@x.test" }, { address: "c@x.test" }],
    read: [
      { name: null, address: "a@x.test" },
      { name: "B, C", address: "b@x.test" },
      { name: null, address: "c@x.test" },
    ],
  },
  {
    what: "a group whose name and members hold commas",
    to: [
      { name: "Müller, Hans", address: "hans@x.test", group: "Team, all" },
      { name: null, address: "b@x.test", group: "Team, all" },
    ],
    read: [
      { name: "Müller, Hans", address: "hans@x.test", group: "Team, all" },
      { name: null, address: "b@x.test", group: "Team, all" },
    ],
  },
  {
    what: "a group outside ASCII beside others",
    to: ["a@x.test", { name: 'Ann "A" Lee', address: "ann@x.test", group: "Köln: Vertrieb" }],
    read: [
      { name: null, address: "a@x.test" },
      { name: 'Ann "A" Lee', address: "ann@x.test", group: "Köln: Vertrieb" },
    ],
  },
];
