import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { FromTown, ToTown, TownSight } from "./town.ts";

/** The mail servers of a soak, seen from the parent. */
export interface Town {
  readonly pid: number;
  readonly imapPort: number;
  readonly smtpPort: number;
  deliver(address: string, raw: string): void;
  look(): Promise<TownSight>;
  stop(): Promise<void>;
}

/** Starts them on these loopback addresses. */
export async function startTown(hosts: readonly string[]): Promise<Town> {
  const child = fork(fileURLToPath(new URL("./town.ts", import.meta.url)));
  const say = (message: ToTown) => void child.send(message);
  const hear = async <Kind extends FromTown["kind"]>(kind: Kind) => {
    for (;;) {
      const [message] = (await once(child, "message")) as [FromTown];
      if (message.kind === kind) return message as Extract<FromTown, { kind: Kind }>;
    }
  };
  say({ kind: "listen", hosts });
  const { imapPort, smtpPort } = await hear("listening");
  return {
    pid: child.pid as number,
    imapPort,
    smtpPort,
    deliver: (address, raw) => say({ kind: "deliver", address, raw }),
    look: async () => {
      const sight = hear("sight");
      say({ kind: "look" });
      return (await sight).sight;
    },
    stop: async () => {
      const gone = once(child, "exit");
      child.kill();
      await gone;
    },
  };
}
