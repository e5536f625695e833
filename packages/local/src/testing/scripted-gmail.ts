import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

/** A message of a scripted inbox, oldest first. */
export interface ScriptedGmailMessage {
  readonly id: string;
  readonly raw: string;
  /** Milliseconds since the epoch. */
  readonly internalDate?: number;
  readonly sizeEstimate?: number;
}

/** One call, also one of a batch. */
export interface GmailCall {
  /** Below `/gmail/v1/users/me`, with its query. */
  readonly path: string;
  /** How many calls of this path came before. */
  readonly before: number;
}

/** What it answers to a call. */
export interface GmailAnswer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string;
}

/** What a scripted Gmail is and does. A test may change it while it runs. */
export interface GmailScript {
  emailAddress?: string;
  messages?: readonly ScriptedGmailMessage[];
  /** The inbox has changed so often. History tells of messages whose place is behind that; by default one each. */
  historyId?: number;
  /** Its answer to a call; `undefined`: the usual one; `null`: it hangs up. */
  answer?: (call: GmailCall) => GmailAnswer | null | undefined;
  /** Changes the parts of an answer to a batch. */
  editParts?: (parts: readonly string[]) => readonly string[];
}

/** Starts a Gmail that does what a test says, on loopback, without TLS. It keeps the paths that it was asked for. */
export async function scriptedGmail(script: GmailScript) {
  const heard: string[] = [];
  const count = new Map<string, number>();
  const json = (value: unknown, status = 200): GmailAnswer => ({ status, body: JSON.stringify(value) });
  const notFound = () =>
    json({ error: { code: 404, status: "NOT_FOUND", message: "Requested entity was not found." } }, 404);

  function usually(path: string): GmailAnswer {
    const { messages = [], emailAddress = "", historyId = 100 + messages.length } = script;
    const url = new URL(path, "http://x");
    if (url.pathname === "/profile")
      return json({ emailAddress, messagesTotal: messages.length, historyId: `${historyId}` });
    if (url.pathname === "/labels/INBOX") return json({ messagesTotal: messages.length });
    if (url.pathname === "/messages") return json({ messages: [...messages].reverse().map(({ id }) => ({ id })) });
    if (url.pathname === "/history") {
      const start = Number(url.searchParams.get("startHistoryId"));
      const since = messages.slice(Math.max(0, start - 100));
      const history = since.map(({ id }) => ({ messagesAdded: [{ message: { id, labelIds: ["INBOX"] } }] }));
      return json({ historyId: `${historyId}`, history });
    }
    const one = messages.find(({ id }) => url.pathname === `/messages/${id}`);
    if (!one) return notFound();
    const { id, raw, internalDate = 1_780_000_000_000, sizeEstimate = raw.length } = one;
    const facts = { id, labelIds: ["INBOX"], internalDate: `${internalDate}`, sizeEstimate };
    const isRaw = url.searchParams.get("format") === "raw";
    return json({ ...facts, ...(isRaw && { raw: Buffer.from(raw, "latin1").toString("base64url") }) });
  }

  function answer(path: string): GmailAnswer | null {
    heard.push(path);
    const before = count.get(path) ?? 0;
    count.set(path, before + 1);
    const own = script.answer?.({ path, before });
    return own === undefined ? usually(path) : own;
  }

  const server = createServer(async (request, response) => {
    let body = "";
    for await (const piece of request) body += piece;
    const path = (request.url ?? "").replace("/gmail/v1/users/me", "");
    if (!path.startsWith("/batch")) {
      const given = answer(path);
      if (given === null) return request.socket.destroy();
      response.writeHead(given.status ?? 200, { "content-type": "application/json", ...given.headers });
      return response.end(given.body);
    }
    const whole = script.answer?.({ path, before: 0 });
    if (whole === null) return request.socket.destroy();
    if (whole) {
      response.writeHead(whole.status ?? 200, whole.headers);
      return response.end(whole.body);
    }
    const parts: string[] = [];
    for (const [, id = "", asked = ""] of body.matchAll(/Content-ID: <([^>]+)>\r\n\r\nGET (\S+)/g)) {
      const given = answer(asked.replace("/gmail/v1/users/me", ""));
      if (given === null) return request.socket.destroy();
      const headers = Object.entries(given.headers ?? {}).map(([name, value]) => `${name}: ${value}\r\n`);
      parts.push(
        `Content-Type: application/http\r\nContent-ID: <response-${id}>\r\n\r\nHTTP/1.1 ${given.status ?? 200} x\r\n${headers.join("")}Content-Type: application/json\r\n\r\n${given.body}`,
      );
    }
    const edited = script.editParts?.(parts) ?? parts;
    response.writeHead(200, { "content-type": "multipart/mixed; boundary=b" });
    response.end(`${edited.map((part) => `--b\r\n${part}\r\n`).join("")}--b--\r\n`);
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  return {
    port: (server.address() as AddressInfo).port,
    heard,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}
