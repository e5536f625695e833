import type { Bus } from "@mailfleet/bus";
import { outboundPortPresets, privateNetworks } from "@mailfleet/contracts";

const askMs = 2000;

/** The destinations that mail about alerts may have. */
export interface Destinations {
  /** `null`: all. */
  readonly allowedPorts: readonly number[] | null;
  readonly allowedNetworks: readonly string[];
}

/**
 * What the organisation allows, asked of `config` each time, and the networks that the installation allows in any case.
 * While `config` does not answer, what it said last applies, at first what a new organisation has: the alert that
 * `config` is away must be sent, too.
 */
export function destinationsOf(bus: Pick<Bus, "request">, always: readonly string[]): () => Promise<Destinations> {
  let last: Destinations = { allowedPorts: null, allowedNetworks: [...privateNetworks, ...always] };
  return async () => {
    try {
      const settings = await bus.request("config.settings.get", {}, { timeoutMs: askMs });
      const { allowedOutboundPorts: ports, allowedNetworks } = settings;
      last = {
        allowedPorts: typeof ports === "string" ? outboundPortPresets[ports] : ports,
        allowedNetworks: [...allowedNetworks, ...always],
      };
    } catch {
      // `config` does not answer at the moment.
    }
    return last;
  };
}
