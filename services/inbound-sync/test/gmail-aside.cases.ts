import { all, always, bFails, cFails, first, given, html, message, once, refused, second, to } from "./odd-gmail.ts";
import { bytesOf, gmailMail, gmailMails } from "./odd-mail.ts";
import type { OddGmail } from "./odd-servers.ts";

/** Gmail does not give one of its messages. */
export const asideOverGmail: readonly OddGmail[] = [
  first("500 for one, each time", to(message("b"), always(refused(500, "INTERNAL"))), bFails),
  first("503 without words for one, each time", to(message("b"), always({ status: 503, body: "" })), bFails),
  {
    what: "503 for one, to be tried again in an hour",
    polls: [
      (server) =>
        Object.assign(server, {
          messages: gmailMails("a", "b", "c"),
          answer: to(message("b"), always({ ...refused(503, "UNAVAILABLE"), headers: { "retry-after": "3600" } })),
        }),
      () => {},
    ],
    ...bFails,
  },
  first("503 for one, once", to(message("b"), once(refused(503, "UNAVAILABLE"))), all),
  first("403 for one", to(message("b"), always(refused(403, "PERMISSION_DENIED"))), bFails),
  first("404 of a proxy for one", to(message("b"), always({ status: 404, body: "<html>no such page</html>" })), bFails),
  first(
    "a redirect for one",
    to(message("b"), always({ status: 302, headers: { location: "http://127.0.0.1:1/" }, body: "" })),
    bFails,
  ),
  second("500 for the only new one, each time", to(message("c"), always(refused(500, "INTERNAL"))), cFails),
  first("the connection ends at one, each time", to(message("b"), always(null)), bFails),
  first("the connection ends at the first, each time", to(message("a"), always(null)), {
    received: ["b", "c"],
    aside: 1,
    alerts: ["MESSAGE_QUARANTINED"],
  }),
  first("HTML in place of one", to(message("b"), always(html)), bFails),
  first(
    "an error in place of one, as a success",
    to(message("b"), always({ ...refused(500, "INTERNAL"), status: 200 })),
    bFails,
  ),
  first("one is not base64", to(message("b"), always(given("b", { raw: "*** no ***" }))), bFails),
  first(
    "one is cut in the middle of its base64, each time",
    to(message("b"), always({ body: given("b", {}).body.slice(0, -10) })),
    bFails,
  ),
  first(
    "one is cut once, and says its size",
    to(message("b"), once(given("b", { raw: Buffer.from(gmailMail("b").raw).toString("base64url").slice(0, 20) }))),
    all,
  ),
  first("one has nothing, each time", to(message("b"), always(given("b", { raw: "" }))), bFails),
  first("one has no raw message", to(message("b"), always(given("b", { raw: undefined }))), bFails),
  first("one has no date", to(message("b"), always(given("b", { internalDate: undefined }))), bFails),
  {
    what: "all sizes are estimated ten times too high",
    polls: [
      (server) =>
        Object.assign(server, { messages: ["a", "b", "c"].map((id) => gmailMail(id, { sizeEstimate: 5000 })) }),
    ],
    ...all,
  },
  {
    what: "all sizes are estimated as nothing",
    polls: [
      (server) => Object.assign(server, { messages: ["a", "b", "c"].map((id) => gmailMail(id, { sizeEstimate: 0 })) }),
    ],
    ...all,
  },
  {
    what: "a large one is refused, each time",
    polls: [
      (server) =>
        Object.assign(server, {
          messages: [gmailMail("a"), gmailMail("b", { raw: bytesOf("b", 400_000) }), gmailMail("c")],
          answer: ({ path }: { readonly path: string }) =>
            path.startsWith("/messages/b?format=minimal") ? refused(500, "INTERNAL") : undefined,
        }),
    ],
    ...bFails,
  },
  {
    what: "a large one whose size is estimated far too high",
    polls: [
      (server) =>
        Object.assign(server, {
          messages: [
            gmailMail("a"),
            gmailMail("b", { raw: bytesOf("b", 400_000), sizeEstimate: 900_000 }),
            gmailMail("c"),
          ],
        }),
    ],
    ...all,
  },
];
