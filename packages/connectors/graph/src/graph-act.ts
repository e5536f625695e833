import {
  type ActConnector,
  type ActSession,
  type ItemFolder,
  itemFolders,
  markProperty,
  markText,
  readMark,
} from "@mailfleet/connector-api";
import { deadlineOf, fieldOf, ofItems, runTest, type TokenApi } from "@mailfleet/connector-http";
import type { GuardedFetch } from "@mailfleet/http";
import { graphApi, malformed, pathOf, readAnswer } from "./graph-api.ts";
import { prechecked } from "./precheck.ts";

/** The property as Graph names it (Graph, "singleValueLegacyExtendedProperty"). */
const PROPERTY = `String {${markProperty.set}} Name ${markProperty.name}`;
const expanded = `singleValueExtendedProperties(${encodeURIComponent(`$filter=id eq '${PROPERTY}'`)})`;

/** Where each folder's items are, and the application permission that is needed for them. */
const places: Readonly<Record<ItemFolder, { path: string; permission: string }>> = {
  calendar: { path: `calendar?$select=id&$expand=${expanded}`, permission: "Calendars.ReadWrite" },
  contacts: { path: "contacts?$select=id&$top=1", permission: "Contacts.ReadWrite" },
  tasks: { path: "todo/lists?$top=1", permission: "Tasks.ReadWrite.All" },
};

async function ask(api: TokenApi, address: string, folder: ItemFolder, signal: AbortSignal) {
  const { path, permission } = places[folder];
  const method = `${folder}.get`;
  try {
    return await readAnswer(api, method, await api.ask({ method, path: pathOf(address, path), signal }), signal);
  } catch (error) {
    throw ofItems(error, `the application permission ${permission}`);
  }
}

function session(api: TokenApi, address: string): ActSession {
  return {
    async readMark(signal) {
      const { singleValueExtendedProperties: all } = await ask(api, address, "calendar", signal);
      const [first] = Array.isArray(all) ? all : [];
      const value = fieldOf(first, "value");
      return typeof value === "string" ? readMark(value) : null;
    },
    async writeMark(mark, signal) {
      const { id } = await ask(api, address, "calendar", signal);
      const method = "calendar.update";
      if (typeof id !== "string") throw malformed(method, "the calendar has no id");
      const change = { singleValueExtendedProperties: [{ id: PROPERTY, value: markText(mark) }] };
      const body = Buffer.from(JSON.stringify(change));
      const post = {
        verb: "PATCH",
        contentType: "application/json",
        length: body.length,
        pieces: () => [body],
      } as const;
      try {
        const path = pathOf(address, `calendars/${encodeURIComponent(id)}`);
        await readAnswer(api, method, await api.ask({ method, path, post, signal }), signal);
      } catch (error) {
        throw ofItems(error, `the application permission ${places.calendar.permission}`);
      }
    },
    close: async () => {},
  };
}

/**
 * Appointments, contacts and tasks in Exchange Online by Graph: whether they may be used, and the organisation's mark. Reading
 * shows that a permission is there; that writing is allowed shows only in the calendar, which gets the mark.
 */
export function graphAct({ fetch }: { readonly fetch: GuardedFetch }): ActConnector {
  return {
    test: (options, settle, listener, signal) =>
      runTest({ fetch, api: graphApi, options, listener, signal }, async (api, step, skip) => {
        const { address } = options;
        const deadline = deadlineOf(options, signal);
        await prechecked({ api, address, purpose: "act", signal: deadline }, { step, skip }, async () => {
          for (const folder of itemFolders)
            await step(folder, async () => {
              await ask(api, address, folder, deadline);
              return "opens";
            });
          await step("mark", () => settle(session(api, address)));
        });
      }),
    open: async (options) => session(graphApi(fetch, options), options.address),
  };
}
