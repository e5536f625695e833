import type { NotChanged } from "@mailfleet/connector-api";
import { changeEach } from "@mailfleet/connector-http";
import { FailureError, failureOf } from "@mailfleet/contracts";
import type { EwsApi } from "./ews-api.ts";
import { createFolder, findFolder, moveItem } from "./requests.ts";
import { findElement, textOf } from "./xml-tree.ts";

/** Moves items of the inbox to a folder beside it, which is made if it is missing (`changeEach`). */
export async function moveTo(
  api: EwsApi,
  folder: string,
  ids: readonly string[],
  signal: AbortSignal,
): Promise<readonly NotChanged[]> {
  const id = (await found()) ?? (await made());
  return changeEach(ids, (item) => api.ask("MoveItem", moveItem(id, item), signal));

  async function found(): Promise<string | undefined> {
    const answer = await api.ask("FindFolder", findFolder(api.whose, folder), signal);
    const same = findElement(answer, "Folders")?.children.find(
      (one) => textOf(one, "DisplayName")?.toLowerCase() === folder.toLowerCase(),
    );
    return findElement(same, "FolderId")?.attributes.Id;
  }

  async function made(): Promise<string> {
    const answer = await api.ask("CreateFolder", createFolder(api.whose, folder), signal);
    const id = findElement(answer, "FolderId")?.attributes.Id;
    if (id !== undefined) return id;
    throw new FailureError(
      failureOf("PROTOCOL_ERROR", { command: "CreateFolder", reply: "the answer does not name the folder" }),
    );
  }
}
