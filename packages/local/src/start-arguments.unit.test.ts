import assert from "node:assert/strict";
import { test } from "node:test";
import { readStartArguments, usage } from "./start-arguments.ts";

test("npm start says how it is used when asked", () => {
  assert.equal(readStartArguments(["--help"]).help, true);
  assert.deepEqual(readStartArguments([]), {
    ...{ logs: "warn", fresh: false, data: ".local/stack", with: undefined, help: false },
  });
  assert.deepEqual(readStartArguments(["--logs", "config,console"]).logs, ["config", "console"]);
});

for (const [args, words] of [
  [["--nonsense"], /--nonsense/],
  [["--logs", "confg"], /services \(config, .*not confg/],
  [["--with", "outlook"], /gmail, exchange, exchange-online, not outlook/],
] as const)
  test(`npm start ${args.join(" ")} is refused in words, with the usage`, () =>
    assert.throws(
      () => readStartArguments(args),
      ({ message }: Error) => words.test(message) && message.endsWith(usage),
    ));
