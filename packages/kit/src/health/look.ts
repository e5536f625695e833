import { setTimeout as delay } from "node:timers/promises";
import type { Finding, ServiceHealth, ServiceName } from "@mailfleet/contracts";
import description from "../../package.json" with { type: "json" };
import { type Check, type Found, failing } from "./finding.ts";
import { type Vitals, vitalChecks } from "./vitals.ts";

/** A check that takes longer says so, shorter than an asker waits. */
const patienceMs = 4000;
const startedAt = Date.now();

/** What a service answers when it is asked how it is: its version, its engines, and what each check found. Never throws. */
export async function lookAtHealth<Ports>(
  service: ServiceName,
  { vitals, checks, ports }: { vitals: Vitals; checks: Readonly<Record<string, Check<Ports>>>; ports: Ports },
): Promise<ServiceHealth> {
  const [findings, mongodb, nats, deployment] = await Promise.all([
    Promise.all([
      ...Object.entries(vitalChecks).map(([name, check]) => find(service, name, check, vitals)),
      ...Object.entries(checks).map(([name, check]) => find(service, name, check, ports)),
    ]),
    orNull(vitals.mongodb()),
    orNull(vitals.nats()),
    orNull(vitals.deployment()),
  ]);
  return {
    service,
    version: description.version,
    node: process.version,
    replica: vitals.replica ?? null,
    startedAt,
    engines: { mongodb: mongodb?.version ?? null, nats: nats?.version ?? null },
    deployment: deployment?.mark?.id ?? null,
    findings,
  };
}

async function find<Ports>(service: ServiceName, name: string, check: Check<Ports>, ports: Ports): Promise<Finding> {
  const late = async (): Promise<Found> => {
    await delay(patienceMs, undefined, { ref: false });
    return failing(`The check took longer than ${patienceMs / 1000} s.`, "Check whether MongoDB and NATS answer.");
  };
  const found = await Promise.race([
    check.look(ports).catch((error: unknown) => failing(`The check failed: ${reasonOf(error)}`, askAgain)),
    late(),
  ]);
  return { check: name, service, ...found, runbook: `docs/runbooks/${check.runbook}.md` };
}

const askAgain = "Check whether MongoDB and NATS answer, then ask again.";
const reasonOf = (error: unknown) => (error instanceof Error ? error.message : String(error));

async function orNull<Value>(asked: Promise<Value>): Promise<Value | null> {
  const { promise: late, resolve } = Promise.withResolvers<null>();
  const timer = setTimeout(() => resolve(null), patienceMs);
  return Promise.race([asked.catch(() => null), late]).finally(() => clearTimeout(timer));
}
