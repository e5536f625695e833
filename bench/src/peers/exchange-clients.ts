import { fileURLToPath } from "node:url";
import { runPython } from "@mailfleet/local/doubles";

/** What a foreign client is to do. */
export type PeerJob =
  | { readonly do: "receive"; readonly messages: number }
  | { readonly do: "send"; readonly messages: number; readonly to: string; readonly text: string };

/** Runs a client from PyPI against a double, one message after another as its guide shows it: messages a second. */
export async function runPeer(name: "exchangelib" | "o365", job: PeerJob, account: object): Promise<number> {
  const script = fileURLToPath(new URL(`with_${name}.py`, import.meta.url));
  const { seconds, messages } = (await runPython(script, { ...job, ...account })) as {
    seconds: number;
    messages: number;
  };
  if (messages !== job.messages) throw new Error(`the peer has done ${messages} messages of ${job.messages}`);
  return messages / seconds;
}
