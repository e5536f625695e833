import {
  type ActSession,
  type ConnectOptions,
  type ItemFolder,
  markProperty,
  markText,
  readMark,
} from "@mailfleet/connector-api";
import { ofItems } from "@mailfleet/connector-http";
import { FailureError, failureOf } from "@mailfleet/contracts";
import type { EwsApi } from "./ews-api.ts";
import { getItemFolder, setFolderProperty } from "./requests.ts";
import { findElement, textOf, type XmlElement } from "./xml-tree.ts";

/** What synchronising needs of each folder (MS-OXWSFOLD, EffectiveRightsType). */
const rights = ["Read", "CreateContents", "Modify"] as const;
const needed = `the rights ${rights.join(", ")} to the folder`;

async function folder(api: EwsApi, name: ItemFolder, signal: AbortSignal): Promise<XmlElement> {
  try {
    return await api.ask("GetFolder", getItemFolder(api.whose, name, markProperty), signal);
  } catch (error) {
    throw ofItems(error, needed);
  }
}

/** Opens one of the folders and looks whether all rights are there. Resolves with what was found; throws `FailureError`. */
export async function checkItemFolder(api: EwsApi, name: ItemFolder, signal: AbortSignal): Promise<string> {
  const found = findElement(await folder(api, name, signal), "EffectiveRights");
  const missing = rights.filter((right) => textOf(found, right) !== "true");
  if (missing.length === 0) return `opens, with the rights ${rights.join(", ")}`;
  const reply = `needed: ${needed}; missing: ${missing.join(", ")}`;
  throw new FailureError(failureOf("ITEMS_NOT_ACCESSIBLE", { command: "GetFolder", reply }));
}

/** Throws ITEMS_NOT_ACCESSIBLE where the profile has the account's rights for mail alone (Dynamics 365: not by delegation). */
export function refuseDelegation({ server }: Pick<ConnectOptions, "server">): void {
  if (server.access !== "delegation") return;
  const reply =
    "needed: impersonation, or the mailbox's own credentials; the profile says delegation, which is for mail only";
  throw new FailureError(failureOf("ITEMS_NOT_ACCESSIBLE", { reply }));
}

/** The mark of a mailbox that is open. */
export function ewsActSession(api: EwsApi): ActSession {
  return {
    async readMark(signal) {
      const text = textOf(findElement(await folder(api, "calendar", signal), "ExtendedProperty"), "Value");
      return text === undefined ? null : readMark(text);
    },
    async writeMark(mark, signal) {
      const { attributes } = findElement(await folder(api, "calendar", signal), "FolderId") ?? {};
      const body = setFolderProperty(attributes ?? {}, markProperty, markText(mark));
      try {
        await api.ask("UpdateFolder", body, signal);
      } catch (error) {
        throw ofItems(error, needed);
      }
    },
    close: () => api.close(),
  };
}
