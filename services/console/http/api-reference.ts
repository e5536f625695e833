import type { z } from "zod";
import type { Route } from "./route.ts";
import { ofAny, ofWrites, problemsOf } from "./route-problems.ts";
import { apiBase } from "./routes.ts";

/** Fields of an object schema, optional ones with a question mark. */
function fieldsOf(schema: z.ZodType | undefined): string {
  if (!schema) return "";
  const { def } = schema._zod as unknown as {
    def: { type: string; shape?: Record<string, z.ZodType>; innerType?: z.ZodType; options?: z.ZodType[] };
  };
  if (def.options) return def.options.map(fieldsOf).join(" or ");
  if (def.innerType) return fieldsOf(def.innerType);
  const names = Object.entries(def.shape ?? {}).map(([name, field]) =>
    field.safeParse(undefined).success ? `${name}?` : name,
  );
  return names.map((name) => `\`${name}\``).join(", ");
}

const bodyOf = ({ body, takes }: Route): string =>
  [fieldsOf(body), takes && `\`${takes.type}\``].filter(Boolean).join("; or ");

/** What a call does, in a word. */
const impactOf: Readonly<Record<Route["impact"], string>> = {
  none: "reads",
  changes: "changes",
  sends: "reaches outside",
  destroys: "stops or removes",
};

const named = (codes: readonly string[]) => codes.map((code) => `\`${code}\``).join(", ");

function entry(route: Route): string {
  const path = route.path.replaceAll(/:(\w+)/g, "{$1}");
  const answers = `${route.status}${route.answerType ? ` \`${route.answerType}\`` : ""}`;
  const own = problemsOf(route).filter((code) => ![...ofAny, ...ofWrites].includes(code));
  const more = [
    `${impactOf[route.impact]}; role: ${[route.role].flat().join(" or ")}${route.owner ? `; owner${route.owner.fields ? `, only ${route.owner.fields.map((name) => `\`${name}\``).join(" and ")}` : ""}` : ""}`,
    ...(route.query ? [`query: ${fieldsOf(route.query)}`] : []),
    ...(route.body ? [`body: ${bodyOf(route)}`] : []),
    `answers ${answers}`,
    ...(own.length > 0 ? [`may be refused with ${named(own)}`] : []),
  ];
  return [`- \`${route.method} ${path}\`: ${route.summary}.`, ...more.map((line) => `  - ${line}`)].join("\n");
}

/** The reference of the API as Markdown, one section per resource. `services/console/API.md` is this text. */
export function apiReference(routes: readonly Route[]): string {
  const resources = [...new Set(routes.map((route) => route.path.split("/")[1] ?? ""))];
  const parts = resources.map((resource) => {
    const entries = routes.filter((route) => route.path.split("/")[1] === resource).map(entry);
    return [`## ${resource}`, "", ...entries].join("\n");
  });
  return `${[
    "# HTTP API",
    "",
    `Made from the route table by \`node services/console/scripts/write-api-reference.ts\`; do not edit. All paths are below \`${apiBase}\`.`,
    `The OpenAPI 3.1 document at \`${apiBase}/openapi.json\` has all schemas.`,
    "",
    "- Send `Authorization: Bearer mft_…` with every call except for the OpenAPI document.",
    "- Lists have pages: give `limit` and `cursor`. `next` of a page is the cursor of the following one, and `null` at the end.",
    "- `sort=name` or `sort=-name` orders some lists, by what openapi.json names; `fields=id,name` leaves out what is not named.",
    "- Points in time are ISO 8601. `ETag` is the version. With `If-Match`, a write is refused (412) if somebody was faster.",
    "- With `Idempotency-Key`, a repeated write gets the first answer again, with `Idempotent-Replay: true`.",
    `- Any call may be refused with ${named(ofAny)},`,
    `  any write also with ${named(ofWrites)}; what else a call may be is said there.`,
    "- A limit of the console answers 429 with `Retry-After`, `RateLimit` and `RateLimit-Policy` (draft-ietf-httpapi-ratelimit-headers-10);",
    "  sign-ins, downloads and live views say with every answer what is left.",
    "- Look for the `X-Correlation-Id` of an answer in the logs of all services.",
    "- Refusals are `application/problem+json` (RFC 9457): `type`, `title`, `status`, `detail`, `code`, `remedy`,",
    "  `errors[{pointer, reason}]`, `correlation`.",
    "",
    parts.join("\n\n"),
  ].join("\n")}\n`;
}
