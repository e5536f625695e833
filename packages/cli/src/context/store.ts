import { randomUUID } from "node:crypto";
import { chmod, mkdir, readFile, rename, stat, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { UsageError } from "../exit-codes.ts";
import type { Terminal } from "../terminal.ts";

/** Where a console is, and who asks: the token itself, or the file that holds it. */
export interface Context {
  readonly url: string;
  readonly token?: string;
  readonly tokenFile?: string;
  /** The token is a session's, which ends with the context. */
  readonly session?: true;
}

/** What the file holds. */
interface Contexts {
  readonly current: string | null;
  /** The one before, for `context use -`. */
  readonly previous: string | null;
  readonly contexts: Readonly<Record<string, Context>>;
}

const none: Contexts = { current: null, previous: null, contexts: {} };

/** Name of the stack of `npm start`, which needs no context. */
export const localContext = "local";

type Env = Terminal["env"];

/** Where contexts are kept (XDG Base Directory Specification); `undefined` where nobody has a home. */
function contextsFile(env: Env): string | undefined {
  const folder = env.XDG_CONFIG_HOME || (env.HOME && join(env.HOME, ".config"));
  return folder ? join(folder, "mailfleet", "contexts.json") : undefined;
}

/** All contexts; none where there is no file yet. @throws UsageError if the file is not readable or others can read it */
export async function readContexts(env: Env): Promise<Contexts> {
  const file = contextsFile(env);
  if (file === undefined) return none;
  const text = await readFile(file, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT" || error.code === "ENOTDIR") return undefined;
    throw new UsageError(`The contexts in ${file} cannot be read: ${error.message}.`);
  });
  if (text === undefined) return none;
  // The file holds tokens: who could have read them may have used them.
  if (((await stat(file)).mode & 0o077) !== 0)
    throw new UsageError(`Others can read ${file}, which holds tokens: chmod 600 ${file}, and replace the tokens.`);
  try {
    const { current = null, previous = null, contexts } = JSON.parse(text) as Partial<Contexts>;
    return { current, previous, contexts: { ...contexts } };
  } catch {
    throw new UsageError(`${file} is not valid JSON. Correct it, or delete it and sign in again (mailfleet login).`);
  }
}

/** Keeps them, as a whole or not at all, so that only this user can read them. */
export async function writeContexts(env: Env, contexts: Contexts): Promise<void> {
  const file = contextsFile(env);
  if (file === undefined) throw new UsageError("There is no folder for contexts: set HOME or XDG_CONFIG_HOME.");
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  const fresh = `${file}.${randomUUID()}`;
  await writeFile(fresh, `${JSON.stringify(contexts, null, 2)}\n`, { mode: 0o600, flag: "wx" });
  await chmod(fresh, 0o600);
  await rename(fresh, file);
}

/** The context of this name. @throws UsageError where there is none */
export function contextOf({ contexts }: Contexts, name: string): Context {
  const found = Object.hasOwn(contexts, name) ? contexts[name] : undefined;
  if (found) return found;
  const all = Object.keys(contexts).join(", ");
  throw new UsageError(`There is no context ${name}. ${all ? `There are ${all}.` : "`mailfleet login` makes one."}`);
}
