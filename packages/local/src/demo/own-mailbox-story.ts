import type { Send } from "@mailfleet/contracts";
import type { Account, Scene } from "./scene.ts";
import { createMailboxes, createProfile, shortenWaits, testAndEnable } from "./set-up-chapters.ts";

/** The main job with a real mailbox of the user's; the only recipient of anything is that mailbox itself. */
export async function tellOwnMailboxStory(scene: Scene, own: Account): Promise<void> {
  const { api, narrator } = scene;
  await shortenWaits(scene);
  // Old mail is left alone: only mail that arrives from now on is received.
  const profile = await createProfile(scene);
  await api.client.patch(`/profiles/${profile.id}`, { processFrom: new Date(Date.now() - 60_000).toISOString() });
  await createMailboxes(scene, [own]);
  narrator.say("A server that does not answer is waited for; the test ends within two and a half minutes.");
  await testAndEnable(scene, [own], 150_000);
  narrator.chapter("A message to itself");
  const subject = `Mailfleet demo ${new Date().toISOString()}`;
  const accepted = await api.client.post<Send>(`/mailboxes/${encodeURIComponent(own.address)}/sends`, {
    to: [own.address],
    subject,
    text: "Sent by the Mailfleet demo from this mailbox to itself.",
  });
  const sent = await api.until(
    () => api.client.get<Send>(`/sends/${accepted.id}`),
    (s) => s.state === "sent",
    60_000,
  );
  narrator.claim(sent !== null, `sent; the server said: ${sent?.answer ?? "nothing"}`);
  const arrived = await api.until(
    () => api.messages(own.address),
    (messages) => messages.some((message) => message.subject === subject),
    120_000,
  );
  narrator.claim(arrived !== null, "it came back and is shown as received");
}
