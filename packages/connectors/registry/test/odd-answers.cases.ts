/** What an API answers to one message, as bytes, one after another for each request, and what the submission comes to. */
export interface OddAnswer {
  readonly what: string;
  /** `null`: the connection is closed without an answer. */
  readonly answers: readonly (string | null)[];
  /** The connection is closed before the message was read. The system has taken all of it, so nobody can know. */
  readonly unread?: true;
  /** `sent`, `uncertain`, or kind and code; in brackets the pause that the server asks for, in seconds. */
  readonly gmail: string;
  readonly graph: string;
}

const answer = (status: string, body: string, ...fields: string[]) =>
  [`HTTP/1.1 ${status}`, `Content-Length: ${Buffer.byteLength(body)}`, ...fields, "", body].join("\r\n");
const html = "<!DOCTYPE html><html><body><h1>Welcome</h1></body></html>";
const json = "Content-Type: application/json";
const page = "Content-Type: text/html";
const both = (comes: string) => ({ gmail: comes, graph: comes });
const slow = (field: string) => answer("429 Too Many Requests", "", ...(field ? [`Retry-After: ${field}`] : []));

export const oddAnswers: readonly OddAnswer[] = [
  { what: "202 without a body", answers: [answer("202 Accepted", "")], gmail: "uncertain", graph: "sent" },
  {
    what: "202 with a page",
    answers: [answer("202 Accepted", html, page)],
    gmail: "uncertain",
    graph: "sent",
  },
  { what: "200 with a page", answers: [answer("200 OK", html, page)], ...both("uncertain") },
  { what: "200 without a body", answers: [answer("200 OK", "")], ...both("uncertain") },
  {
    what: "200 with the id of a message",
    answers: [answer("200 OK", '{"id":"18c"}', json)],
    gmail: "sent",
    graph: "uncertain",
  },
  { what: "200 with JSON that is cut off", answers: [answer("200 OK", '{"id":"18', json)], ...both("uncertain") },
  {
    what: "200 whose body ends early",
    answers: ["HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n{"],
    ...both("uncertain"),
  },
  { what: "204", answers: ["HTTP/1.1 204 No Content\r\n\r\n"], ...both("uncertain") },
  {
    what: "401 twice",
    answers: [answer("401 Unauthorized", "{}", json), answer("401 Unauthorized", "{}", json)],
    gmail: "consent CONSENT_EXPIRED",
    graph: "auth AUTHENTICATION_REJECTED",
  },
  {
    what: "401 twice, with a page",
    answers: [answer("401 Unauthorized", html, page), answer("401 Unauthorized", html, page)],
    gmail: "consent CONSENT_EXPIRED",
    graph: "auth AUTHENTICATION_REJECTED",
  },
  {
    what: "413 with a page",
    answers: [answer("413 Payload Too Large", html, page)],
    ...both("message MESSAGE_TOO_LARGE"),
  },
  {
    what: "413 before it was read",
    answers: [answer("413 Payload Too Large", "")],
    ...both("message MESSAGE_TOO_LARGE"),
  },
  { what: "429 without words", answers: [slow("")], ...both("throttled RATE_LIMITED") },
  { what: "429, 7 seconds", answers: [slow("7")], ...both("throttled RATE_LIMITED (7)") },
  { what: "429, seconds with a fraction", answers: [slow("7.5")], ...both("throttled RATE_LIMITED") },
  { what: "429, less than none", answers: [slow("-7")], ...both("throttled RATE_LIMITED") },
  { what: "429, words", answers: [slow("a moment")], ...both("throttled RATE_LIMITED") },
  {
    what: "429, a day of the past",
    answers: [slow("Wed, 21 Oct 2015 07:28:00 GMT")],
    ...both("throttled RATE_LIMITED (0)"),
  },
  { what: "429, a number without end", answers: [slow("9".repeat(400))], ...both("throttled RATE_LIMITED") },
  { what: "408", answers: [answer("408 Request Timeout", "")], ...both("uncertain") },
  { what: "500 with a page", answers: [answer("500 Internal Server Error", html, page)], ...both("uncertain") },
  { what: "503 without words", answers: [answer("503 Service Unavailable", "")], ...both("uncertain") },
  { what: "503 with a page", answers: [answer("503 Service Unavailable", html, page)], ...both("uncertain") },
  {
    what: "503 of the API itself, 7 seconds",
    answers: [
      answer("503 Service Unavailable", '{"error":{"code":"ServiceUnavailable","message":""}}', json, "Retry-After: 7"),
    ],
    ...both("transient SERVER_UNAVAILABLE (7)"),
  },
  { what: "502", answers: [answer("502 Bad Gateway", html, page)], ...both("uncertain") },
  { what: "504", answers: [answer("504 Gateway Timeout", "")], ...both("uncertain") },
  { what: "closed when the message was read", answers: [null], ...both("uncertain") },
  { what: "closed before the message was read", answers: [], unread: true, ...both("uncertain") },
  { what: "closed within the status line", answers: ["HTTP/1.1 20"], ...both("uncertain") },
  { what: "no HTTP at all", answers: ["220 mail.example.org ESMTP\r\n"], ...both("uncertain") },
  {
    what: "a redirect to another host",
    answers: [answer("302 Found", "", "Location: https://elsewhere.test/")],
    ...both("permanent REDIRECT_REFUSED"),
  },
  {
    what: "a redirect to itself",
    answers: [answer("307 Temporary Redirect", "", "Location: /again")],
    ...both("permanent REDIRECT_REFUSED"),
  },
];
