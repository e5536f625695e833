import type { Sandbox } from "../sandbox/index.ts";
import { receive, send } from "./mail-chapters.ts";
import type { Account, Scene } from "./scene.ts";
import { createMailboxes, createProfile, shortenWaits, testAndEnable } from "./set-up-chapters.ts";
import { killServices, serverAway, wrongPassword } from "./trouble-chapters.ts";

const account = (name: string, kind: Account["kind"]): Account => {
  const address = `${name}@sandbox.test`;
  return { address, kind, username: address, password: `${name}-secret` };
};

/** The three mailboxes of the story: two queues and a person. */
export const sandboxAccounts = {
  sales: account("sales", "queue"),
  support: account("support", "queue"),
  anna: account("anna", "user"),
};

/** The whole story on the sandbox servers: set up, mail in and out, four kinds of trouble. */
export async function tellSandboxStory(scene: Scene, sandbox: Sandbox): Promise<void> {
  const { sales, support, anna } = sandboxAccounts;
  const all = [sales, support, anna];
  await shortenWaits(scene);
  await createProfile(scene);
  await createMailboxes(scene, all);
  await testAndEnable(scene, all);
  await receive(scene, sandbox, sales);
  await send(scene, anna, sales);
  await wrongPassword(scene, sandbox, support);
  await serverAway(scene, sandbox, sales);
  await killServices(scene, sandbox, anna, sales);
}
