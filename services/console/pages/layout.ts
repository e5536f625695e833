import { createHash } from "node:crypto";
import type { FastifyReply } from "fastify";
import { constantMarkup, type Html, html, textOf } from "./html.ts";
import type { Language } from "./words/say.ts";

const style = `
:root{color-scheme:light dark;--ink:#1c2330;--soft:#56617a;--paper:#f3f5f8;--card:#fff;--line:#d9dfe8;--act:#1f5fbf;--good:#17683b;--warn:#8a5300;--bad:#b3261e}
@media (prefers-color-scheme:dark){:root{--ink:#e6eaf1;--soft:#9aa6b8;--paper:#12161d;--card:#1b212b;--line:#323b49;--act:#6ea3f5;--good:#5cc98a;--warn:#f2b558;--bad:#ff8a80}}
*{box-sizing:border-box}
body{margin:0;background:var(--paper);color:var(--ink);font:16px/1.55 system-ui,sans-serif}
main{max-width:38rem;margin:8vh auto 4rem;padding:2rem;background:var(--card);border:1px solid var(--line);border-radius:12px}
h1{margin:0 0 1rem;font-size:1.45rem;line-height:1.25;overflow-wrap:anywhere}
h2{margin:2rem 0 .5rem;font-size:1.05rem}
p{margin:.6rem 0}
.product{margin:0 0 1.2rem;color:var(--soft);font-size:.85rem;letter-spacing:.04em}
.soft{color:var(--soft);font-size:.9rem}
.notice{padding:.7rem 1rem;border-left:4px solid var(--act);background:var(--paper);border-radius:4px;overflow-wrap:anywhere}
.notice.good{border-color:var(--good)}
.notice.bad{border-color:var(--bad)}
.state{font-weight:600}
.sign{display:inline-block;width:1.2em;text-align:center;font-weight:600}
.state.good,.sign.good{color:var(--good)}
.state.bad,.sign.bad{color:var(--bad)}
.state.warn,.sign.warn{color:var(--warn)}
.state.busy,.sign.busy{color:var(--act)}
.state.quiet,.sign.quiet{color:var(--soft)}
dl{display:grid;grid-template-columns:max-content 1fr;gap:.3rem 1rem;margin:.6rem 0}
dt{color:var(--soft)}
dd{margin:0;min-width:0;overflow-wrap:anywhere}
dd p{margin:.3rem 0}
details{margin:.3rem 0}
summary{width:fit-content;cursor:pointer;padding:.15rem 0;color:var(--act)}
ol{margin:.3rem 0;padding:0;list-style:none}
li.mail{padding:.8rem 0;border-top:1px solid var(--line);overflow-wrap:anywhere}
li.failed{color:var(--bad);font-weight:600}
label{display:block;padding:.4rem 0}
input[type=checkbox]{width:1.15rem;height:1.15rem;vertical-align:-.15rem}
input:not([type]){display:block;width:100%}
select,input:not([type]){font:inherit;max-width:100%;padding:.3rem;color:inherit;background:var(--card);border:1px solid var(--line);border-radius:6px}
button{margin-top:.8rem;padding:.6rem 1.3rem;font:inherit;font-weight:600;color:#fff;background:#1f5fbf;border:0;border-radius:8px;cursor:pointer}
hr{margin:2rem 0 0;border:0;border-top:1px solid var(--line)}
button.quiet{color:var(--ink);background:none;border:1px solid var(--line);font-weight:400}
a{color:var(--act);display:inline-block;padding:.15rem 0}
@media (max-width:30rem){main{margin:0;padding:1.2rem;border:0;border-radius:0;min-height:100vh}dl{grid-template-columns:1fr;gap:0}dt{margin-top:.6rem}button{width:100%}}
:focus-visible{outline:3px solid var(--act);outline-offset:2px}
`;

const styleHash = createHash("sha256").update(style).digest("base64");

/** One page: its title, its content, and how it is sent. */
export interface Page {
  readonly title: string;
  readonly body: Html;
  /** Of title and body; English if nothing is said. */
  readonly language?: Language;
  readonly status?: number;
  /**
   * Where forms may lead besides the console, as sources of a CSP. Browsers check the redirects that follow a form,
   * too: a sign-in leads to the authorization server and from there, by single sign-on, to others.
   */
  readonly formsLeadTo?: string;
  /** Reloads after this many seconds, while something is under way. */
  readonly refreshSeconds?: number;
}

/** Headers of every page and redirect: no caching, no frames, no scripts, no referrer for other sites. */
export function pageHeaders(formsLeadTo = ""): Record<string, string> {
  const policy = [
    "default-src 'none'",
    // The empty icon: without one, browsers ask for a file that is not there.
    "img-src data:",
    `style-src 'sha256-${styleHash}'`,
    `form-action 'self'${formsLeadTo && ` ${formsLeadTo}`}`,
    "frame-ancestors 'none'",
    "base-uri 'none'",
  ];
  return {
    "content-security-policy": policy.join("; "),
    "referrer-policy": "same-origin",
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "x-robots-tag": "noindex",
  };
}

/** Answers with a page. */
export function sendPage(reply: FastifyReply, page: Page): FastifyReply {
  const { title, body, refreshSeconds, language = "en" } = page;
  const text = textOf(html`<!doctype html>
<html lang="${language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1">
${refreshSeconds !== undefined && html`<meta http-equiv="refresh" content="${refreshSeconds}">`}
<link rel="icon" href="data:,">
<title>${title} · Mailfleet</title>
<style>${constantMarkup(style)}</style>
</head>
<body><main><p class="product">Mailfleet</p>
<h1>${title}</h1>
${body}
</main></body>
</html>
`);
  return reply
    .status(page.status ?? 200)
    .headers(pageHeaders(page.formsLeadTo))
    .type("text/html; charset=utf-8")
    .send(text);
}

/** Sends the browser on with a GET (RFC 9110 §15.4.4). */
export function sendOn(reply: FastifyReply, location: string): FastifyReply {
  return reply.status(303).headers(pageHeaders()).header("location", location).send();
}
