import type { Mailbox, Profile } from "@mailfleet/contracts";
import type { Sandbox } from "../sandbox/index.ts";
import { receive, send } from "./mail-chapters.ts";
import type { Account, Scene } from "./scene.ts";
import { createProfile, shortenWaits, testAndEnable } from "./set-up-chapters.ts";
import { serverAway, wrongPassword } from "./trouble-chapters.ts";

const support: Account = {
  address: "support@sandbox.test",
  kind: "queue",
  username: "support@sandbox.test",
  password: "support-secret",
};

/** A queue on POP3 with its own credentials: emptied at the server, stopped by a wrong password, back again. */
export async function tellPop3Story(scene: Scene, sandbox: Sandbox): Promise<void> {
  const { api, narrator } = scene;
  await shortenWaits(scene);
  await createProfile(scene);
  narrator.chapter("A queue that is emptied, with its own credentials");
  const { address, username, password } = support;
  await api.client.post<Mailbox>("/mailboxes", {
    ...{ address, kind: "queue", deleteAfterProcessing: true },
    credentials: { username, password },
  });
  await api.client.post(`/mailboxes/${encodeURIComponent(address)}/approve`, { address });
  narrator.say(`${address}: delete after processing is on, which only queues and forward mailboxes may have`);
  await testAndEnable(scene, [support]);
  await receive(scene, sandbox, support);
  const emptied = await api.until(
    async () => sandbox.messages(address).length,
    (left) => left === 0,
    20_000,
  );
  narrator.claim(emptied === 0, "what is stored and announced is deleted on the server, and nothing else");
  // Before anything was sent: a connection that is open stays signed in.
  await wrongPassword(scene, sandbox, support);
  await send(scene, support, support);
  await serverAway(scene, sandbox, support);
  await governmentPorts(scene);
}

/** The ports policy names its rule when a profile breaks it. */
async function governmentPorts({ api, narrator }: Scene): Promise<void> {
  narrator.chapter("A ports policy");
  await api.client.patch("/settings", { allowedOutboundPorts: "us-government" });
  const refusal = await api.client
    .post<Profile>("/profiles", { name: "IMAP", inbound: { host: "a.test" }, outbound: { host: "a.test" } })
    .then(
      () => null,
      (error: Error) => error.message,
    );
  narrator.say(refusal ?? "nothing was refused");
  narrator.claim(refusal?.includes("993") === true, "with the US Government preset a profile on port 993 is refused");
  await api.client.patch("/settings", { allowedOutboundPorts: null });
}
