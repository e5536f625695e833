import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { UsageError } from "../exit-codes.ts";
import type { Terminal } from "../terminal.ts";
import { unreadBecause } from "../unread.ts";
import { type Context, contextOf, localContext, readContexts } from "./store.ts";

const defaultUrl = "http://127.0.0.1:8480";

/** Where and who, as the options say. */
export interface Named {
  readonly url?: string;
  readonly tokenFile?: string;
  readonly context?: string;
}

/** True for this machine: what is sent there leaves it to nobody. */
export const isLoopback = (host: string) => host === "localhost" || host === "[::1]" || /^127(\.\d+){3}$/.test(host);

/** A token as a header can carry it (RFC 6750 §2.1). What is wrong is not repeated: most of it may be the token. */
export function checkedToken(text: string, where: string): string {
  const token = text.trim();
  if (token === "") throw new UsageError(`${where} is empty.`);
  if (/^[\w.~+/-]+=*$/.test(token)) return token;
  throw new UsageError(`${where} holds more than the token: it must hold only the token, on one line.`);
}

/** The token in a file that a person has named. Others on this machine may not be able to read it. */
export async function tokenIn(file: string, { err }: Pick<Terminal, "err">): Promise<string> {
  const text = await readFile(file, "utf8").catch((error: Error) => {
    throw new UsageError(
      `The token file ${file} cannot be read: ${unreadBecause(error)}. Name another with --token-file or MAILFLEET_TOKEN_FILE.`,
    );
  });
  const { mode } = await stat(file);
  if ((mode & 0o007) !== 0) err(`Everybody on this machine can read the token file ${file}: chmod o= ${file}`);
  return checkedToken(text, `The token file ${file}`);
}

async function tokenFrom(file: string | undefined, terminal: Terminal, isLocal: boolean): Promise<string> {
  if (file !== undefined) return tokenIn(file, terminal);
  const { env, localFolder } = terminal;
  if (env.MAILFLEET_TOKEN?.trim()) return checkedToken(env.MAILFLEET_TOKEN, "MAILFLEET_TOKEN");
  // The token of the local stack stays on this machine.
  const local = isLocal ? await readFile(join(localFolder, "admin-token"), "utf8").catch(() => null) : null;
  if (local !== null) return checkedToken(local, "The token file of the local stack");
  throw new UsageError(
    `No token. Sign in with \`mailfleet login\`, name the file that holds it with --token-file or MAILFLEET_TOKEN_FILE, or set MAILFLEET_TOKEN.${
      isLocal ? " While `npm start` runs in this checkout, its own token is found without them." : ""
    }`,
  );
}

/** Where the stack of this checkout answers: another port than usual, if that one was taken. */
async function localUrl({ localFolder }: Pick<Terminal, "localFolder">): Promise<string | undefined> {
  const url = await readFile(join(localFolder, "console-url"), "utf8").catch(() => "");
  return url.trim() || undefined;
}

/** An address of a console. @throws UsageError */
export function checkedUrl(url: string): string {
  if (!URL.canParse(url) || !/^https?:/.test(url)) throw new UsageError(`${url} is not an http or https address.`);
  return url;
}

/** The context that is asked for, or the current one where nothing else says where and who. */
async function contextFor(named: Named, { env }: Terminal): Promise<Context | undefined> {
  const asked = named.context ?? (env.MAILFLEET_CONTEXT || undefined);
  if (named.context !== undefined && (named.url ?? named.tokenFile) !== undefined)
    throw new UsageError("--context says where and who: it goes with neither --url nor --token-file.");
  const said = [named.url, named.tokenFile, env.MAILFLEET_URL, env.MAILFLEET_TOKEN_FILE, env.MAILFLEET_TOKEN];
  if (named.context === undefined && said.some((one) => one !== undefined)) return undefined;
  if (asked === localContext) return undefined;
  const contexts = await readContexts(env);
  const name = asked ?? contexts.current;
  return name === null || name === localContext ? undefined : contextOf(contexts, name);
}

/** Where the console is and who asks. A context counts as a whole: its token goes nowhere else. */
export async function whereAndWho(named: Named, terminal: Terminal): Promise<{ url: string; token: string }> {
  const context = await contextFor(named, terminal);
  if (context) {
    const { url, token, tokenFile } = context;
    if (tokenFile !== undefined) return { url, token: await tokenIn(tokenFile, terminal) };
    return { url, token: checkedToken(token ?? "", "The token of the context") };
  }
  const { env } = terminal;
  const isLocal = named.context === localContext;
  const url = checkedUrl(
    named.url ?? (isLocal ? undefined : env.MAILFLEET_URL) ?? (await localUrl(terminal)) ?? defaultUrl,
  );
  const file = named.tokenFile ?? (isLocal ? undefined : env.MAILFLEET_TOKEN_FILE);
  return { url, token: await tokenFrom(file, terminal, isLoopback(new URL(url).hostname)) };
}
