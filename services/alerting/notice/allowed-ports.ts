import type { Bus } from "@mailfleet/bus";
import { outboundPortPresets } from "@mailfleet/contracts";

const askMs = 2000;

/**
 * The organisation's allowed outbound ports, asked of `config` each time. While it does not answer, what it said last
 * holds, at first all: that `config` is away must be told, too.
 */
export function allowedPortsOf(bus: Pick<Bus, "request">): () => Promise<readonly number[] | null> {
  let last: readonly number[] | null = null;
  return async () => {
    try {
      const { allowedOutboundPorts } = await bus.request("config.settings.get", {}, { timeoutMs: askMs });
      last =
        typeof allowedOutboundPorts === "string" ? outboundPortPresets[allowedOutboundPorts] : allowedOutboundPorts;
    } catch {
      // Not there at the moment.
    }
    return last;
  };
}
