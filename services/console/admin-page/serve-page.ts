import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { html } from "../pages/html.ts";
import { sendPage } from "../pages/layout.ts";
import type { PageFile, PageFiles } from "./page-files.ts";

/** Nothing but our own files and our own API; text cannot become script (Trusted Types). */
const policy = [
  ...["default-src 'none'", "script-src 'self'", "style-src 'self'", "connect-src 'self'", "img-src 'self'"],
  ...["form-action 'none'", "frame-ancestors 'none'", "base-uri 'none'", "require-trusted-types-for 'script'"],
].join("; ");

const headers: Readonly<Record<string, string>> = {
  "content-security-policy": policy,
  "referrer-policy": "same-origin",
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
  "x-robots-tag": "noindex",
  "cross-origin-opener-policy": "same-origin",
};

/** The best packing that the client takes (RFC 9110 §12.5.3); `q=0` refuses one. */
function packed(file: PageFile, accepted: string): { encoding?: string; body: Buffer } {
  const takes = (name: string) =>
    new RegExp(`(^|[\\s,])${name}\\s*($|,|;(?!\\s*q=0(\\.0*)?\\s*($|,)))`, "i").test(accepted);
  if (takes("br")) return { encoding: "br", body: file.br };
  return takes("gzip") ? { encoding: "gzip", body: file.gzip } : { body: file.plain };
}

/** Names of all but the first file hold a hash of the content: these are kept for ever, the first is asked for each time. */
function sendFile(request: FastifyRequest, reply: FastifyReply, file: PageFile, fixed: boolean): FastifyReply {
  reply
    .headers(headers)
    .header("etag", file.etag)
    .header("vary", "accept-encoding")
    .header("cache-control", fixed ? "public, max-age=31536000, immutable" : "no-cache");
  if (request.headers["if-none-match"] === file.etag) return reply.status(304).send();
  const { encoding, body } = packed(file, String(request.headers["accept-encoding"] ?? ""));
  if (encoding) reply.header("content-encoding", encoding);
  return reply.type(file.type).send(body);
}

const missing = (reply: FastifyReply) =>
  sendPage(reply, {
    status: 404,
    title: "The administrator's page is not here",
    body: html`<p>This console was started without it: build it with <code>npm run page</code>, and start the console
again. The command <code>mailfleet</code> can do all that the page can.</p>`,
  });

/** `GET /admin/…`: the administrator's page. Every path that is no file is a place in the page itself. */
export function servePage(app: FastifyInstance, files: PageFiles): void {
  const answer = async (request: FastifyRequest, reply: FastifyReply) => {
    if (!files) return missing(reply);
    const name = (request.params as { "*"?: string })["*"] ?? "";
    const file = files.get(name);
    if (file && name !== "index.html") return sendFile(request, reply, file, true);
    // A file of an earlier build is gone: the page itself is no answer to a request for a script.
    if (/\.(?:js|css|svg)$/.test(name)) return reply.callNotFound();
    return sendFile(request, reply, files.get("index.html")!, false);
  };
  const schema = { hide: true };
  app.get("/admin", { schema }, async (_request, reply) => reply.redirect("/admin/", 308));
  app.get("/admin/*", { schema }, answer);
}
