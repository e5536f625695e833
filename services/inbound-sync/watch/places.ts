import { createSlots, type Slots } from "@mailfleet/worker";

/** Sign-ins of watches at the same time at one host: a server that was away is not stormed when it is back. */
const perHost = 20;
/** Questions to `config` at the same time. */
const questions = 32;
const hostsRemembered = 1000;

/** Who may open a watch now. Hosts that hang hold up nobody else's. One per process. */
export function createPlaces() {
  const all = createSlots(questions);
  const hosts = new Map<string, Slots>();
  return {
    any: (signal: AbortSignal) => all.take(signal),
    at(host: string, signal: AbortSignal) {
      const slots = hosts.get(host) ?? createSlots(perHost);
      if (hosts.size >= hostsRemembered) hosts.clear();
      hosts.set(host, slots);
      return slots.take(signal);
    },
  };
}
export type Places = ReturnType<typeof createPlaces>;
