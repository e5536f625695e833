import type { LinkBroke } from "@mailfleet/connector-api";
import { failureFields } from "@mailfleet/kit";
import type { InboundPorts } from "../ports.ts";
import { afterTry } from "../source/set-aside.ts";
import type { SourceLease } from "../source/store.ts";
import { type Found, tellRefused } from "./refusals.ts";

/** How often a message may break the connection before it is set aside. */
const mostBreaks = 3;
/** When this many did, in a run that was given nothing, the server does not work. */
const mostInVain = 3;
/** Connections of one run that may break, before it ends and comes again. */
const mostConnections = 50;

/** Connections that end in the middle of a run. */
export interface Breaks {
  /** Names of messages at which the connection ended: each is asked for alone from now on. */
  readonly alone: ReadonlySet<string>;
  /**
   * One more. `again`: connect again and go on; the message is set aside meanwhile if it did this too often. `enough`:
   * the run comes again later. Throws the failure where the server gives nothing at all.
   */
  met(broke: LinkBroke, found: Found): Promise<"again" | "enough">;
}

/**
 * For one run, which goes on where an earlier one broke off: a message that breaks the connection each time does not
 * hold up the others, also where the server takes no new connection at once.
 */
export function createBreaks(
  ports: Pick<InboundPorts, "sources" | "bus" | "logger" | "metrics" | "now">,
  lease: SourceLease,
): Breaks {
  const times = new Map((lease.document.breaks ?? []).map(({ name, times }) => [name, times]));
  let connections = 0;
  let inVain = 0;

  return {
    get alone() {
      return new Set(times.keys());
    },
    async met(broke, found) {
      const { at: name, failure } = broke;
      connections += 1;
      times.set(name, (times.get(name) ?? 0) + 1);
      await ports.sources.broke(
        lease,
        [...times].map(([name, times]) => ({ name, times })),
      );
      ports.logger.info(
        { mailbox: lease.key, message: name, ...failureFields(failure) },
        "the connection ended at a message",
      );
      // A message without end is that each time.
      if ((times.get(name) ?? 0) >= mostBreaks || failure.code === "ANSWER_TOO_LARGE") {
        if (found.messages + found.probes + found.known === 0) inVain += 1;
        if (inVain === mostInVain) throw broke;
        const refused = [{ name, failure }];
        await tellRefused(ports, lease, refused, found);
        const before = (await ports.sources.get(lease.key))?.setAside ?? [];
        const after = afterTry(before, { refused, settled: new Set(), at: ports.now() });
        await ports.sources.setAside(lease, after);
      }
      return connections >= mostConnections ? "enough" : "again";
    },
  };
}
