import { isSought, type SoughtMessage } from "@mailfleet/connector-api";
import { fieldOf, type TokenApi } from "@mailfleet/connector-http";
import { pathOf, readAnswer } from "./graph-api.ts";

/** The newest that were sent are looked at where the Message-ID leads nowhere. */
const NEWEST = 50;
const METHOD = "messages.list";

/** Looks for a message in Sent Items, by Message-ID, and else by its mark. */
export async function findSent(
  api: TokenApi,
  address: string,
  sought: SoughtMessage,
  signal: AbortSignal,
): Promise<boolean> {
  const { field, value } = sought.mark;
  // A quote is doubled (OData 4.01, part 2, §5.1.1.6.1).
  const byId = await list(`internetMessageId eq '${sought.messageId.replaceAll("'", "''")}'`);
  if (byId.some((headers) => isSought(sought, markIn(headers, field)))) return true;
  const since = new Date(sought.since - 1000).toISOString();
  return (await list(`sentDateTime ge ${since}`, "sentDateTime desc")).some(
    (headers) => markIn(headers, field) === value,
  );

  async function list(filter: string, order?: string): Promise<unknown[]> {
    const query = new URLSearchParams({
      $filter: filter,
      ...(order && { $orderby: order }),
      $top: String(NEWEST),
      $select: "internetMessageId,internetMessageHeaders",
    });
    const path = pathOf(address, `mailFolders/sentitems/messages?${query}`);
    const response = await api.ask({ method: METHOD, path, signal });
    const { value: found } = await readAnswer(api, METHOD, response, signal);
    return Array.isArray(found) ? found.slice(0, NEWEST).map((entry) => fieldOf(entry, "internetMessageHeaders")) : [];
  }
}

/** What the field of the mark says in a message; `null`: it has none. */
function markIn(headers: unknown, field: string): string | null {
  const fields = Array.isArray(headers) ? headers : [];
  const found = fields.find((one) => String(fieldOf(one, "name")).toLowerCase() === field.toLowerCase());
  const value = fieldOf(found, "value");
  return typeof value === "string" ? value : null;
}
