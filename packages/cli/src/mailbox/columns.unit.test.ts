import assert from "node:assert/strict";
import { test } from "node:test";
import { type AnyNoun, mailbox, mailboxColumns } from "@mailfleet/contracts";
import { fieldFlags } from "../noun/flags.ts";

test("a CSV has the columns of the options of `mailfleet mailbox create`", () => {
  const options = fieldFlags(mailbox as AnyNoun, "create").map(({ syntax }) => syntax.split(" ")[0]?.slice(2));
  assert.deepEqual(
    mailboxColumns.map(({ name }) => name),
    options,
  );
});
