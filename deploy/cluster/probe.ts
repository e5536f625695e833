import { get } from "node:http";
import { setTimeout as delay } from "node:timers/promises";

/** As a container declares it; numbers that are missing have the defaults of Kubernetes. */
export interface Probe {
  readonly httpGet: { readonly path: string; readonly port: string | number };
  readonly periodSeconds?: number;
  readonly timeoutSeconds?: number;
  readonly failureThreshold?: number;
}

/** Whether a container answers below 400 in time. */
export function asks(probe: Probe, address: string, ports: readonly { name?: string; containerPort: number }[]) {
  const { path, port: wanted } = probe.httpGet;
  const port = ports.find(({ name }) => name === wanted)?.containerPort ?? Number(wanted);
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const asked = get({ host: address, port, path, agent: false }, (answer) => {
    answer.resume();
    resolve((answer.statusCode ?? 500) < 400);
  });
  const timer = setTimeout(() => asked.destroy(new Error("too late")), (probe.timeoutSeconds ?? 1) * 1000);
  asked.on("error", () => resolve(false));
  return promise.finally(() => clearTimeout(timer));
}

/**
 * Asks at each period until the signal, and tells when the answer has changed: true at the first success, false after
 * so many failures in a row as the threshold says.
 */
export async function watch(
  probe: Probe,
  ask: () => Promise<boolean>,
  signal: AbortSignal,
  tell: (succeeds: boolean) => void,
): Promise<void> {
  let failures = 0;
  while (!signal.aborted) {
    failures = (await ask()) ? 0 : failures + 1;
    if (signal.aborted) return;
    if (failures === 0) tell(true);
    else if (failures >= (probe.failureThreshold ?? 3)) tell(false);
    await delay((probe.periodSeconds ?? 10) * 1000, undefined, { signal }).catch(() => {});
  }
}
