import type { Mailbox, ReceivedMessage, Send } from "@mailfleet/contracts";
import type { Sandbox } from "../sandbox/index.ts";
import type { Account, Scene } from "./scene.ts";

const show = (mailbox: Mailbox | null) => {
  const error = mailbox?.directions.inbound.lastError ?? mailbox?.directions.outbound.lastError;
  return error
    ? `${error.code}: ${error.text} The server said: ${error.evidence?.reply ?? "nothing"} → ${error.remedy}`
    : "";
};

/** A password that no longer works: one second chance, then the mailbox stops and says why. Its mail waits. */
export async function wrongPassword({ api, narrator }: Scene, sandbox: Sandbox, account: Account): Promise<void> {
  narrator.chapter("A password changes at the server");
  const { address } = account;
  const { id } = await api.mailbox(address);
  sandbox.setPassword(address, "changed-at-the-server");
  const waiting = await api.client.post<Send>(`/mailboxes/${id}/sends`, {
    to: [address],
    subject: "Sent while the password was wrong",
    text: "x",
  });
  const stopped = await api.until(
    () => api.mailbox(address),
    (mailbox) => mailbox.lifecycle === "disabled.credentialsExpired",
    40_000,
  );
  narrator.say(show(stopped));
  narrator.claim(stopped !== null, `${address} is ${stopped?.lifecycle ?? "still trying"}`);
  const alerts = await api.until(
    () => api.alerts(id),
    (list) => list.some(({ code }) => code === "AUTHENTICATION_REJECTED"),
    10_000,
  );
  narrator.claim(alerts !== null, "an alert is raised: AUTHENTICATION_REJECTED");
  const credentials = { username: account.username, password: "changed-at-the-server" };
  await api.client.put(`/mailboxes/${id}/credentials`, credentials);
  narrator.say("the new password is set, and nobody has to press test & enable");
  const back = await api.until(
    () => api.mailbox(address),
    (mailbox) => mailbox.lifecycle === "enabled.running",
    30_000,
  );
  const cleared = await api.until(
    () => api.alerts(id),
    (list) => !list.some(({ code }) => code === "AUTHENTICATION_REJECTED"),
    10_000,
  );
  narrator.claim(back !== null && cleared !== null, `${address} works again and its alert is cleared`);
  const sent = await api.until(
    () => api.client.get<Send>(`/sends/${waiting.id}`),
    ({ state }) => state === "sent",
    20_000,
  );
  narrator.claim(sent !== null, "the message that waited for it was sent without anybody's help");
}

/** A server that is away for a while: retry, then recovery without anybody's help. */
export async function serverAway({ api, narrator }: Scene, sandbox: Sandbox, { address }: Account): Promise<void> {
  narrator.chapter("The mail server goes away, and comes back");
  await sandbox.pause();
  const retrying = await api.until(
    () => api.mailbox(address),
    (mailbox) => mailbox.directions.inbound.state === "enabled.retrying",
    20_000,
  );
  const inbound = retrying?.directions.inbound;
  narrator.say(show(retrying));
  narrator.claim(retrying !== null, `${address} is ${retrying?.lifecycle}, ${inbound?.attemptsLeft} attempts left`);
  await sandbox.resume();
  const back = await api.until(
    () => api.mailbox(address),
    (mailbox) => mailbox.lifecycle === "enabled.running",
    30_000,
  );
  narrator.claim(back !== null, "the server is back, and so is the mailbox: enabled.running");
}

/** Two services are killed while mail flows both ways; everything arrives, nothing twice. */
export async function killServices(scene: Scene, sandbox: Sandbox, from: Account, to: Account): Promise<void> {
  const { api, narrator, stack } = scene;
  narrator.chapter("Services are killed in the middle of it");
  const count = 20;
  const subjects = Array.from({ length: count }, (_, n) => `storm ${n + 1}`);
  for (const subject of subjects)
    sandbox.deliver(
      to.address,
      Buffer.from(`From: storm@elsewhere.test\r\nTo: ${to.address}\r\nSubject: in ${subject}\r\n\r\nx\r\n`),
    );
  const accepted = await Promise.all(
    subjects.map((subject) =>
      api.client.post<Send>(`/mailboxes/${encodeURIComponent(from.address)}/sends`, {
        to: [to.address],
        subject: `out ${subject}`,
        text: "x",
      }),
    ),
  );
  for (const name of ["inbound-sync", "outbound-send"] as const) {
    stack.service(name).kill("SIGKILL");
    narrator.say(`${name}: killed (SIGKILL); the supervisor starts it again`);
  }
  const sends = () => Promise.all(accepted.map(({ id }) => api.client.get<Send>(`/sends/${id}`)));
  const ended = await api.until(
    sends,
    (all) => all.every(({ state }) => state === "sent" || state === "uncertain"),
    30_000,
  );
  await decideUncertain(
    scene,
    sandbox,
    (ended ?? []).filter(({ state }) => state === "uncertain"),
  );
  const storm = (messages: ReceivedMessage[]) =>
    messages.map(({ subject }) => subject ?? "").filter((subject) => subject.includes("storm"));
  await api.until(
    () => api.messages(to.address),
    (messages) => storm(messages).length >= 2 * count,
    20_000,
  );
  const arrived = storm(await api.messages(to.address));
  narrator.claim(
    arrived.length === 2 * count && new Set(arrived).size === 2 * count,
    `${count} in and ${count} out: ${new Set(arrived).size} arrived, ${arrived.length - new Set(arrived).size} of them twice`,
  );
}

/** What a person does with sends whose fate is unknown: look for the Message-ID, then release or discard. */
async function decideUncertain({ api, narrator }: Scene, sandbox: Sandbox, held: readonly Send[]): Promise<void> {
  if (held.length === 0) return;
  narrator.say(
    `${held.length} were with the server at that moment. The profile says hold: a person looks for the Message-ID`,
  );
  const seen = new Set(sandbox.submissions.map(({ messageId }) => messageId));
  for (const { id, messageId } of held) {
    const verb = seen.has(messageId) ? "discard" : "release";
    await api.client.post(`/sends/${id}/${verb}`, {});
    narrator.detail(
      `${messageId} ${verb === "discard" ? "had arrived: discarded" : "had not arrived: released, sent again"}`,
    );
  }
}
