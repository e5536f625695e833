import { addressesText, type Send } from "@mailfleet/contracts";
import type { Sandbox } from "../sandbox/index.ts";
import { mimeSamples } from "./mime-samples.ts";
import type { Account, Scene } from "./scene.ts";

/** Mail that comes from outside is shown as received, whatever its shape. */
export async function receive({ api, narrator }: Scene, sandbox: Sandbox, { address }: Account): Promise<void> {
  narrator.chapter("Mail comes in");
  const samples = mimeSamples(address);
  for (const { what, raw } of samples) {
    sandbox.deliver(address, raw);
    narrator.say(`delivered to ${address}: ${what}, ${raw.length} bytes`);
  }
  const received = await api.until(
    () => api.messages(address),
    (messages) => messages.length >= samples.length,
    20_000,
  );
  for (const message of received ?? []) {
    const note = message.unparsed ? `  [unparsed: ${message.unparsed}]` : "";
    narrator.detail(
      `${addressesText(message.from) || "(no sender)"} · ${message.subject ?? "(no subject)"} · ${message.size} bytes${note}`,
    );
  }
  const subjects = new Set((received ?? []).map((message) => message.subject));
  const missing = samples.filter(({ expectedSubject }) => expectedSubject !== null && !subjects.has(expectedSubject));
  narrator.claim(
    received?.length === samples.length && missing.length === 0,
    `${received?.length ?? 0} of ${samples.length} messages are stored and announced, none twice`,
  );
}

/** A message is accepted at once, handed to the server, and arrives. */
export async function send({ api, narrator }: Scene, from: Account, to: Account): Promise<void> {
  narrator.chapter("Mail goes out");
  const subject = `Offer for lamps, ${from.address}`;
  const accepted = await api.client.post<Send>(`/mailboxes/${encodeURIComponent(from.address)}/sends`, {
    to: [to.address],
    subject,
    text: "Three lamps, 30 euros each.",
  });
  narrator.say(`${from.address} → ${to.address}: ${accepted.state} as ${accepted.id}`);
  const sent = await api.until(
    () => api.client.get<Send>(`/sends/${accepted.id}`),
    (s) => s.state === "sent",
    20_000,
  );
  narrator.claim(sent !== null, `sent; the server said: ${sent?.answer ?? "nothing"}`);
  const arrived = await api.until(
    () => api.messages(to.address),
    (messages) => messages.some((message) => message.subject === subject),
    20_000,
  );
  narrator.claim(arrived !== null, `arrived at ${to.address} and shown as received`);
}
