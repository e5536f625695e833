import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** What the next sendMail meets. */
export interface GraphTrouble {
  readonly status?: number;
  readonly code?: string;
  readonly message?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** The message is taken, and the connection ends before the answer. */
  readonly cutOff?: boolean;
}

/** `sendMail` of Microsoft Graph, as far as notices use it: a token of the right application, MIME as base64, 202. */
export async function startScriptedGraph(introspect: (token: string) => { scopes: readonly string[] } | null) {
  const mails: string[] = [];
  const tokens = new Set<string>();
  let trouble: GraphTrouble | null = null;
  const refuse = (response: ServerResponse, { status = 500, code = "", message = "", headers = {} }: GraphTrouble) => {
    response.writeHead(status, { "content-type": "application/json", ...headers });
    response.end(JSON.stringify({ error: { code, message, innerError: { "request-id": "9a1e" } } }));
  };
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const token = request.headers.authorization?.replace(/^Bearer /, "") ?? "";
    if (token) tokens.add(token);
    if (!introspect(token)?.scopes.includes("https://graph.microsoft.com/.default"))
      return refuse(response, { status: 401, code: "InvalidAuthenticationToken", message: "Access token is invalid." });
    if (request.url !== "/v1.0/users/fleet%40example.org/sendMail")
      return refuse(response, { status: 404, code: "ErrorInvalidUser", message: "The requested user is invalid." });
    if (trouble && !trouble.cutOff) return refuse(response, trouble);
    mails.push(Buffer.from(Buffer.concat(chunks).toString("ascii"), "base64").toString());
    if (trouble) return void request.socket.destroy();
    response.writeHead(202, { "request-id": "4c1d" }).end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    mails,
    tokens,
    /** What goes wrong until it is told otherwise. */
    trouble: (next: GraphTrouble | null) => {
      trouble = next;
    },
    stop: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
