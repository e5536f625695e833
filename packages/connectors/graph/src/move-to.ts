import type { NotChanged } from "@mailfleet/connector-api";
import { changeEach, fieldOf, type TokenApi } from "@mailfleet/connector-http";
import { immutableIds, malformed, pathOf, readAnswer } from "./graph-api.ts";

/** Moves messages to a folder at the top, which is made if it is missing (`changeEach`). */
export async function moveTo(
  api: TokenApi,
  { address, folder }: { readonly address: string; readonly folder: string },
  ids: readonly string[],
  signal: AbortSignal,
): Promise<readonly NotChanged[]> {
  const destinationId = (await found()) ?? (await made());
  return changeEach(ids, (id) => post("messages.move", `messages/${encodeURIComponent(id)}/move`, { destinationId }));

  async function found(): Promise<string | undefined> {
    const method = "mailFolders.list";
    // A quote is doubled (OData 4.01, part 2, §5.1.1.6.1).
    const query = new URLSearchParams({ $filter: `displayName eq '${folder.replaceAll("'", "''")}'`, $select: "id" });
    const response = await api.ask({ method, path: pathOf(address, `mailFolders?${query}`), signal });
    const { value } = await readAnswer(api, method, response, signal);
    const id = Array.isArray(value) ? fieldOf(value[0], "id") : undefined;
    return typeof id === "string" ? id : undefined;
  }

  async function made(): Promise<string> {
    const { id } = await post("mailFolders.create", "mailFolders", { displayName: folder });
    if (typeof id === "string") return id;
    throw malformed("mailFolders.create", "the answer does not name the folder");
  }

  async function post(method: string, below: string, body: object) {
    const bytes = Buffer.from(JSON.stringify(body));
    const sent = { contentType: "application/json", length: bytes.length, pieces: () => [bytes] };
    const path = pathOf(address, below);
    return readAnswer(api, method, await api.ask({ method, path, post: sent, headers: immutableIds, signal }), signal);
  }
}
