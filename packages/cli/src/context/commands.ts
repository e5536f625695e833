import { resolve } from "node:path";
import { ApiClient } from "@mailfleet/client";
import type { Command } from "commander";
import type { Cli } from "../cli.ts";
import { UsageError } from "../exit-codes.ts";
import { endSession, signInAtProvider } from "./device.ts";
import { type Context, contextOf, localContext, readContexts, writeContexts } from "./store.ts";
import { checkedToken, checkedUrl, isLoopback, type Named, tokenIn } from "./where.ts";

const nameRule = /^[\w][\w.-]{0,62}$/;

/** The token of a new context: a session's, asked for, from standard input, or in a file that stays where it is. */
async function tokenOf(
  cli: Cli,
  url: string,
  { tokenFile, tokenStdin, device }: LoginFlags,
): Promise<Omit<Context, "url">> {
  if (device) return { token: (await signInAtProvider(cli, url)).token, session: true };
  if (tokenFile !== undefined) {
    await tokenIn(tokenFile, cli.terminal);
    return { tokenFile: resolve(tokenFile) };
  }
  const text = tokenStdin
    ? (await cli.terminal.readInput()).toString("utf8")
    : await cli.terminal.askSecret(`Token for ${url}: `);
  return { token: checkedToken(text, "What was given") };
}

interface LoginFlags {
  readonly tokenFile?: string;
  readonly tokenStdin?: true;
  readonly device?: true;
}

async function login(program: Command, cli: Cli, name: string, flags: LoginFlags): Promise<void> {
  const { env } = cli.terminal;
  const named = program.opts<Named>();
  if (flags.device && (flags.tokenStdin || named.tokenFile !== undefined))
    throw new UsageError("--device goes with neither --token-stdin nor --token-file.");
  const contexts = await readContexts(env);
  const url = named.url ?? contexts.contexts[name]?.url ?? env.MAILFLEET_URL;
  if (url === undefined) throw new UsageError("Name the address of the console: --url https://mail.example.org.");
  const { protocol, hostname, username, password } = new URL(checkedUrl(url));
  if (username || password) throw new UsageError("--url must hold no user name and no password.");
  if (protocol === "http:" && !isLoopback(hostname))
    throw new UsageError(`--url must begin with https://: over ${url} others could read the token.`);
  const tokenFile = named.tokenFile;
  const context: Context = { url, ...(await tokenOf(cli, url, { ...flags, ...(tokenFile ? { tokenFile } : {}) })) };
  const token = context.token ?? (await tokenIn(context.tokenFile ?? "", cli.terminal));
  // Any token may list profiles, an owner's, too: one that is wrong is not kept.
  await new ApiClient({ url, token }).get("/profiles", { query: { limit: 1 } });
  await writeContexts(env, {
    current: name,
    previous: contexts.current === name ? contexts.previous : contexts.current,
    contexts: { ...contexts.contexts, [name]: context },
  });
  cli.show({ context: name, url }, () => `Signed in at ${url}. The context ${name} is used from now on.`);
}

/** `mailfleet login`, `logout` and `context …`: several consoles, and their tokens out of sight. */
export function addContextCommands(program: Command, cli: Cli): void {
  const { env } = cli.terminal;
  const checkedName = (name: string) => {
    if (name !== localContext && nameRule.test(name)) return name;
    throw new UsageError(`${name} cannot name a context: use letters, digits, - and _, and not ${localContext}.`);
  };
  const used = () => program.opts<Named>().context ?? "default";
  program
    .command("login")
    .description("keep where a console is (--url) and a token or session for it, under the name that --context gives")
    .option("--device", "sign in at the organisation's identity provider, with a code to enter in a browser anywhere")
    .option("--token-stdin", "read the token from standard input; with --token-file it stays in that file")
    .action((flags: LoginFlags) => login(program, cli, checkedName(used()), flags));
  const remove = async (name: string) => {
    const { contexts, current, previous } = await readContexts(env);
    const { url, token, session } = contextOf({ contexts, current, previous }, name);
    const others = Object.fromEntries(Object.entries(contexts).filter(([other]) => other !== name));
    const kept = (one: string | null) => (one === name ? null : one);
    await writeContexts(env, { current: kept(current), previous: kept(previous), contexts: others });
    const ended =
      session &&
      token !== undefined &&
      (await endSession(url, token).then(
        () => true,
        () => false,
      ));
    const left = session
      ? "The console did not answer: its session ends by itself, or with mailfleet session delete."
      : "Its token is valid until somebody deletes it (mailfleet token delete).";
    cli.show({ removed: name }, () => `Removed ${name}. ${ended ? "Its session is over." : left}`);
  };
  program
    .command("logout")
    .description("forget the current context, or the one that --context names")
    .action(async () => {
      const name = program.opts<Named>().context ?? (await readContexts(env)).current;
      if (name === null) throw new UsageError("There is no current context.");
      await remove(name);
    });
  const group = program.command("context").alias("contexts").description("consoles that this user signs in at");
  group
    .command("list")
    .description("list contexts")
    .action(async () => {
      const { contexts, current } = await readContexts(env);
      const rows = Object.entries(contexts).map(([name, { url, tokenFile }]) => ({
        name,
        url,
        current: name === current,
        token: tokenFile ?? "kept",
      }));
      cli.list(
        rows,
        [
          { title: "CURRENT", of: (row) => (row.current ? "*" : " ") },
          { title: "NAME", of: (row) => row.name, whole: true },
          { title: "URL", of: (row) => row.url },
          { title: "TOKEN", of: (row) => row.token },
        ],
        { none: "No contexts. `mailfleet login` makes one." },
      );
    });
  group
    .command("use <name>")
    .description(`use this context from now on; - the one before, ${localContext} the stack of \`npm start\``)
    .action(async (asked: string) => {
      const all = await readContexts(env);
      const name = asked === "-" ? (all.previous ?? localContext) : asked;
      if (name !== localContext) contextOf(all, name);
      await writeContexts(env, { ...all, current: name, previous: all.current ?? localContext });
      cli.show({ context: name }, () => `The context ${name} is used from now on.`);
    });
  group.command("remove <name>").alias("rm").description("forget a context").action(remove);
}
