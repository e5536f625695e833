import { isSought, type SoughtMessage } from "@mailfleet/connector-api";
import type { EwsApi } from "./ews-api.ts";
import { findSentItems, headerUri, messageIdUri } from "./requests.ts";
import { findElement, textOf, type XmlElement } from "./xml-tree.ts";

const OPERATION = "FindItem";

/** Looks for a message in Sent Items, by Message-ID, and else by its mark. */
export async function findSent(api: EwsApi, sought: SoughtMessage, signal: AbortSignal): Promise<boolean> {
  const { field, value } = sought.mark;
  const byId = await list(messageIdUri, sought.messageId);
  if (byId.some((item) => isSought(sought, textOf(findElement(item, "ExtendedProperty"), "Value") ?? null)))
    return true;
  return (await list(headerUri(field), value)).length > 0;

  async function list(property: string, wanted: string): Promise<readonly XmlElement[]> {
    const message = await api.ask(OPERATION, findSentItems(api.whose, property, wanted, field), signal);
    return findElement(message, "Items")?.children ?? [];
  }
}
