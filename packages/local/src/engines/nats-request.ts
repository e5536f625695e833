import { connect } from "node:net";

/** Where a server is and who asks. */
export interface NatsAddress {
  readonly host: string;
  readonly port: number;
  readonly user?: string;
  readonly password?: string;
}

const PATIENCE_MS = 5000;

/**
 * One request to JetStream's API, spoken plainly (the NATS client protocol), because no test but those of the bus may
 * use its client library. Answers the JSON. Throws what the server refuses it with.
 */
export function natsRequest(to: NatsAddress, subject: string, body: object): Promise<Record<string, unknown>> {
  const { promise, resolve, reject } = Promise.withResolvers<Record<string, unknown>>();
  const socket = connect(to.port, to.host);
  const inbox = `_INBOX.${crypto.randomUUID()}`;
  const json = JSON.stringify(body);
  const hello = JSON.stringify({ verbose: false, lang: "test", version: "1", user: to.user, pass: to.password });
  let text = "";
  const timer = setTimeout(() => socket.destroy(new Error(`no answer to ${subject}`)), PATIENCE_MS);
  socket.setEncoding("utf8");
  socket.on("error", reject);
  socket.on("close", () => {
    clearTimeout(timer);
    reject(new Error(`no answer to ${subject}: ${text.slice(-200)}`));
  });
  socket.write(
    `CONNECT ${hello}\r\nSUB ${inbox} 1\r\nPUB ${subject} ${inbox} ${Buffer.byteLength(json)}\r\n${json}\r\n`,
  );
  socket.on("data", (piece: string) => {
    text += piece;
    const answer = /MSG \S+ 1 (\d+)\r\n/.exec(text);
    if (!answer) return;
    const payload = Buffer.from(text.slice(answer.index + answer[0].length));
    const length = Number(answer[1]);
    if (payload.length < length) return;
    const read = JSON.parse(payload.subarray(0, length).toString()) as Record<string, unknown>;
    if (read.error) reject(new Error(`${subject}: ${JSON.stringify(read.error)}`));
    else resolve(read);
    socket.destroy();
  });
  return promise;
}
