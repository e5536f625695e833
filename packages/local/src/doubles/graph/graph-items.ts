import { type GraphAnswer, refused } from "./graph-answer.ts";
import { type GraphCall, jsonBody } from "./graph-call.ts";

/** `calendar`, `calendars/{id}`: the default calendar, with the extended property that the query expands. */
export function getCalendar({ mailbox, query }: GraphCall, [id]: readonly string[]): GraphAnswer {
  const { calendar } = mailbox;
  if (id !== undefined && id !== calendar.id) return refused("ErrorItemNotFound");
  const wanted = /^singleValueExtendedProperties\(\$filter=id eq '([^']*)'\)$/.exec(query.get("$expand") ?? "")?.[1];
  const value = wanted === undefined ? undefined : calendar.properties.get(wanted);
  const expanded = value === undefined ? {} : { singleValueExtendedProperties: [{ id: wanted, value }] };
  return { status: 200, body: { id: calendar.id, name: "Calendar", ...expanded } };
}

/** Sets extended properties of the calendar; the answer shows none of them, as Graph's does not. */
export function changeCalendar(call: GraphCall, [id]: readonly string[]): GraphAnswer {
  const { calendar } = call.mailbox;
  if (id !== undefined && id !== calendar.id) return refused("ErrorItemNotFound");
  const { singleValueExtendedProperties: properties } = jsonBody(call) ?? {};
  if (!Array.isArray(properties)) return refused("RequestBodyRead");
  for (const one of properties) calendar.properties.set(String(one.id), String(one.value));
  return { status: 200, body: { id: calendar.id, name: "Calendar" } };
}

/** Contacts and lists of tasks: there are none. */
export const listNothing = (): GraphAnswer => ({ status: 200, body: { value: [] } });
