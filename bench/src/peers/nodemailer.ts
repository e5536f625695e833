import { createTransport } from "nodemailer";

/** Plain nodemailer, pooled over as many connections, nothing stored: messages a second. */
export async function nodemailerRate(
  port: number,
  raws: readonly Buffer[],
  connections: number,
  to: string,
): Promise<number> {
  const transport = createTransport({
    host: "127.0.0.1",
    port,
    pool: true,
    maxConnections: connections,
    maxMessages: Number.POSITIVE_INFINITY,
    ignoreTLS: true,
    auth: { user: "bench@example.test", pass: "bench" },
  });
  const start = performance.now();
  await Promise.all(raws.map((raw) => transport.sendMail({ envelope: { from: "bench@example.test", to: [to] }, raw })));
  const seconds = (performance.now() - start) / 1000;
  transport.close();
  return raws.length / seconds;
}
