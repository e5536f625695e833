import type { Bus } from "@mailfleet/bus";
import { outboundPortPresets } from "@mailfleet/contracts";

const askMs = 2000;

/**
 * The organisation's allowed outbound ports, asked of `config` each time. While it does not answer, what it said last
 * applies, at first all ports: the alert that `config` is away must be sent, too.
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
