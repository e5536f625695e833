import { readFileSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import type { Send } from "@mailfleet/contracts";
import { enable, plainServer, startFleet } from "./fleet.ts";
import { growth } from "./memory.ts";
import type { Figure } from "./report.ts";
import { startSink } from "./sink.ts";

const megabyte = 1024 * 1024;
const address = "bench@example.test";
const to = "customer@elsewhere.test";
const targetMb = 16;

/** 25 MB over the HTTP API to the mail server: how much the memory of console and outbound-send grows together. */
export async function outboundLarge(): Promise<Figure> {
  const sink = await startSink();
  const profile = { inbound: plainServer(143), outbound: plainServer(sink.port) };
  const fleet = await startFleet({ address, password: "bench", sends: true, profile });
  const { stack, mailbox } = fleet;
  const token = readFileSync(stack.adminTokenFile, "utf8").trim();
  const send = async (size: number) => {
    const body = Buffer.concat([Buffer.from("Subject: large\r\n\r\n"), Buffer.alloc(size, `${"y".repeat(70)}\r\n`)]);
    const answer = await fetch(`${stack.consoleUrl}/api/v1/mailboxes/${mailbox.id}/sends?to=${to}`, {
      method: "POST",
      headers: { authorization: `Bearer ${token}`, "content-type": "message/rfc822" },
      body,
    });
    if (!answer.ok) throw new Error(`not accepted: ${answer.status} ${await answer.text()}`);
    const { id } = (await answer.json()) as Send;
    while ((await fleet.api.get<Send>(`/sends/${id}`)).state !== "sent") await pause(20);
  };
  try {
    await enable(fleet);
    for (let n = 0; n < 8; n++) await send(2 * megabyte);
    const grown = await growth(stack, ["console", "outbound-send"], () => send(25 * megabyte));
    return { bench: "outbound-large", target: targetMb, ...grown };
  } finally {
    await fleet.stop();
    await sink.stop();
  }
}
