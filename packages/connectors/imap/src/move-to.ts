import type { ConnectOptions, NotChanged } from "@mailfleet/connector-api";
import { FailureError, failureOf } from "@mailfleet/contracts";
import { dial } from "./dial.ts";
import { uidOf } from "./uid-set.ts";

/**
 * Moves messages of the inbox to a folder, which is made if it is missing, over a connection of its own. Only where the server
 * can take out single messages (MOVE, RFC 6851, or UIDPLUS, RFC 4315): a plain EXPUNGE would also delete what others marked.
 */
export async function moveTo(
  options: ConnectOptions,
  folder: string,
  names: readonly string[],
  signal: AbortSignal,
): Promise<readonly NotChanged[]> {
  const { client, failure } = await dial(options, signal);
  const stop = () => client.close();
  signal.addEventListener("abort", stop, { once: true });
  const refused = (reply: string) => new FailureError(failureOf("PROTOCOL_ERROR", { command: "MOVE", reply }));
  try {
    if (!client.capabilities.has("MOVE") && !client.capabilities.has("UIDPLUS"))
      throw refused("the server offers neither MOVE nor UIDPLUS");
    const there = (await client.list()).find(({ name, path }) => name === folder || path === folder);
    const path = there?.path ?? (await client.mailboxCreate(folder)).path;
    const { uidValidity } = await client.mailboxOpen("INBOX");
    // Of another numbering: they are listed anew, by other names.
    const uids = names.flatMap((name) => uidOf(name, Number(uidValidity)) ?? []);
    if (uids.length > 0 && !(await client.messageMove(uids, path, { uid: true })))
      throw refused(`the server did not move the messages to ${path}`);
    return [];
  } catch (error) {
    signal.throwIfAborted();
    throw error instanceof FailureError ? error : failure(error, "fetch");
  } finally {
    signal.removeEventListener("abort", stop);
    // A goodbye that is not answered must not take time.
    client.close();
  }
}
