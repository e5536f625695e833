/** `npm run demo`: the main job on real engines, each step explained in a line. */
import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { ApiClient } from "@mailfleet/client";
import { endWithParent } from "../stack/end-with-parent.ts";
import { startStack } from "../stack/index.ts";
import { type DemoArguments, type DemoProvider, readArguments, serverFrom, usage } from "./arguments.ts";
import { askPassword } from "./ask-password.ts";
import { exchangeAccounts, exchanges, tellExchangeStory } from "./exchange-story.ts";
import { fleetApi } from "./fleet-api.ts";
import { gmailAccounts, tellGmailStory } from "./gmail-story.ts";
import { narratorTo } from "./narrator.ts";
import { notifyAccounts, notifyPassword, tellNotifyStory } from "./notify-story.ts";
import { tellOwnMailboxStory } from "./own-mailbox-story.ts";
import { tellPop3Story } from "./pop3-story.ts";
import { doublesReachable, startProviderHouse } from "./provider-house.ts";
import { sandboxAccounts, tellSandboxStory } from "./sandbox-story.ts";

/** The accounts that a story needs at the doubles; absent: it needs no double. */
const accountsOf: Readonly<Partial<Record<DemoProvider, readonly string[]>>> = {
  gmail: gmailAccounts,
  exchange: exchangeAccounts,
  "exchange-online": exchangeAccounts,
  notify: notifyAccounts,
};

async function demo(arguments_: DemoArguments): Promise<boolean> {
  const narrator = narratorTo(process.stdout);
  const { own } = arguments_;
  const password = own ? await askPassword(`Password of ${own.user} (not shown, not kept in clear): `) : null;
  const trusted = own?.ca === undefined ? {} : { trustedCertificates: readFileSync(own.ca, "utf8") };
  narrator.say("Starting NATS, MongoDB, a sandbox mail server and six services, each its own process …");
  const { provider } = arguments_;
  const accounts = accountsOf[provider];
  const house = accounts
    ? await startProviderHouse(accounts.map((address) => ({ address, password: randomUUID() })))
    : null;
  const stack = await startStack({
    dataDir: ".local/demo",
    fresh: true,
    sandbox: [
      ...Object.values(sandboxAccounts),
      ...notifyAccounts.map((address) => ({ address, password: notifyPassword })),
    ],
    env: house ? doublesReachable : {},
    logs: arguments_.logs ? "all" : "none",
  });
  let interrupted = false;
  const stop = async () => {
    interrupted = true;
    await stack.stop();
    await house?.stop();
  };
  endWithParent(stop);
  const api = fleetApi(
    new ApiClient({ url: stack.consoleUrl, token: readFileSync(stack.adminTokenFile, "utf8").trim() }),
  );
  try {
    const { sandbox } = stack;
    if (own && password !== null) {
      const servers = {
        inbound: { protocol: "imap" as const, ...serverFrom(own.imap, 993, own.imapSecurity), ...trusted },
        outbound: { protocol: "smtp" as const, ...serverFrom(own.smtp, 465, own.smtpSecurity), ...trusted },
      };
      const account = { address: own.user, kind: "user" as const, username: own.user, password };
      await tellOwnMailboxStory({ api, narrator, stack, servers }, account);
    } else if (house) {
      if (provider === "gmail") await tellGmailStory({ api, narrator, stack }, house);
      else if (provider === "exchange" || provider === "exchange-online")
        await tellExchangeStory({ api, narrator, stack }, house, exchanges[provider]);
      else await tellNotifyStory({ api, narrator, stack }, sandbox, house);
    } else {
      const host = "127.0.0.1";
      const outbound = { protocol: "smtp" as const, host, port: sandbox.smtpPort, security: "none" };
      const scene = (protocol: "imap" | "pop3", port: number) => ({
        ...{ api, narrator, stack },
        servers: { inbound: { protocol, host, port, security: "none" }, outbound },
      });
      if (provider === "pop3") await tellPop3Story(scene("pop3", sandbox.pop3Port), sandbox);
      else await tellSandboxStory(scene("imap", sandbox.imapPort), sandbox);
    }
  } catch (error) {
    if (interrupted) return false;
    narrator.claim(false, `the story stopped early: ${(error as Error).message}`);
  }
  const failed = narrator.claims.filter((claim) => !claim.held);
  narrator.chapter("Summary");
  narrator.say(`${narrator.claims.length - failed.length} of ${narrator.claims.length} claims held.`);
  for (const claim of failed) narrator.say(`did not hold: ${claim.text}`);
  narrator.say(`Console: ${stack.consoleUrl}/api/v1, administrator token in ${stack.adminTokenFile}`);
  if (arguments_.once) {
    await stack.stop();
    await house?.stop();
    return failed.length === 0;
  }
  const found = `--url ${stack.consoleUrl} --token-file ${stack.adminTokenFile}`;
  narrator.say(`Everything stays up: try \`npx mailfleet ${found} mailbox list\` in another terminal. Ctrl-C ends it.`);
  await stack.ended;
  return failed.length === 0;
}

try {
  const arguments_ = readArguments(process.argv.slice(2));
  if (arguments_.help) process.stdout.write(`${usage}\n`);
  else process.exitCode = (await demo(arguments_)) ? 0 : 1;
} catch (error) {
  process.stderr.write(`${(error as Error).message}\n`);
  process.exitCode = 1;
}
