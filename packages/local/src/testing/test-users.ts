import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type EngineUsers, readEngineUsers, writeEngineUsers } from "../engines/engine-users.ts";

let users: Promise<EngineUsers> | undefined;

/**
 * The users of the engines of tests: those that the test run has made once (`MAILFLEET_TEST_USERS` names their folder), else, in
 * a test file that runs alone, some of this process.
 */
export function testUsers(): Promise<EngineUsers> {
  users ??= find();
  return users;
}

async function find(): Promise<EngineUsers> {
  const ofTheRun = process.env.MAILFLEET_TEST_USERS;
  if (ofTheRun) return readEngineUsers(ofTheRun);
  const folder = mkdtempSync(join(tmpdir(), "mailfleet-users-"));
  process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
  await writeEngineUsers(folder);
  return readEngineUsers(folder);
}
