import { plainServer } from "./fleet.ts";
import { messageOf4K } from "./message-of-4k.ts";
import { nodemailerRate } from "./peers/nodemailer.ts";
import type { Figure } from "./report.ts";
import { sendAll } from "./send-all.ts";
import { startSink } from "./sink.ts";

const messages = 5000;
/** The default of a profile; the peer has as many. */
const connections = 10;
const address = "bench@example.test";
const to = "customer@elsewhere.test";
const target = 2000;

/** From the first submit to the server's last 250; each send is accepted and attempted durably. */
export async function outboundSmtp(): Promise<Figure> {
  const sink = await startSink();
  const raws = Array.from({ length: messages }, (_, n) => messageOf4K(n, to));
  try {
    // It is compiled by then, as Mailfleet is.
    await nodemailerRate(sink.port, raws, connections, to);
    const peerValue = await nodemailerRate(sink.port, raws, connections, to);
    const profile = {
      inbound: plainServer(143),
      outbound: plainServer(sink.port),
      maximumConcurrentConnections: connections,
    };
    const measured = await sendAll({ address, password: "bench", sends: true, profile }, raws, to, sink);
    return { bench: "outbound-smtp", unit: "messages/s", target, peer: "nodemailer", peerValue, ...measured };
  } finally {
    await sink.stop();
  }
}
