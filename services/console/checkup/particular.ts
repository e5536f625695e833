import { type Checkup, type Finding, type Repaired, type ServiceHealth, serviceNames } from "@mailfleet/contracts";
import type { Particular } from "../http/noun-routes.ts";
import type { Call } from "../http/route.ts";

/** Longer than one check of a service may take. */
const timeoutMs = 6000;
/** Of all mailboxes of a large installation. */
const repairMs = 300_000;

type Answered = { readonly health: ServiceHealth } | { readonly missing: Finding };

async function ask(call: Pick<Call, "ask">, service: ServiceHealth["service"]): Promise<Answered> {
  try {
    return { health: await call.ask(`${service}.health.look`, {}, { timeoutMs }) };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return {
      missing: {
        check: "answers",
        service,
        level: "fail",
        text: `${service} does not say how it is: ${why}.`.replace("..", "."),
        todo: `Check whether a process of ${service} runs, and what its /readyz and its log say.`,
        runbook: "docs/runbooks/MailfleetServiceMissing.md",
      },
    };
  }
}

/** Different versions side by side are right during an upgrade, and at no other time. */
export function compareVersions(services: readonly Omit<ServiceHealth, "findings">[]): Finding {
  const versions = [...new Set(services.map(({ version }) => version))];
  const deployments = [...new Set(services.flatMap(({ deployment }) => deployment ?? []))];
  const about = { check: "versions", service: "console", runbook: "docs/runbooks/versions.md" } as const;
  if (deployments.length > 1)
    return {
      ...about,
      level: "fail",
      text: `The services belong to ${deployments.length} deployments: ${deployments.join(", ")}.`,
      todo: "Give all of them the same MAILFLEET_MONGO_URL, MAILFLEET_MONGO_DB and MAILFLEET_NATS_URL.",
    };
  if (versions.length > 1)
    return {
      ...about,
      level: "warn",
      text: `The services have ${versions.length} versions: ${services.map(({ service, version }) => `${service} ${version}`).join(", ")}.`,
      todo: "Finish the upgrade, or undo it.",
    };
  return { ...about, level: "ok", text: `All services that answer have version ${versions[0] ?? "unknown"}.` };
}

const order = ["fail", "warn", "ok"] as const;

/** Asks all services at the same time; one that does not answer is a finding. */
async function get(call: Pick<Call, "ask" | "now">): Promise<Checkup> {
  const at = call.now();
  const answers = await Promise.all(serviceNames.map((service) => ask(call, service)));
  const healths = answers.flatMap((answer) => ("health" in answer ? [answer.health] : []));
  const services = healths.map(({ findings: _, ...service }) => service);
  const findings = [
    ...answers.flatMap((answer) => ("missing" in answer ? [answer.missing] : [])),
    compareVersions(services),
    ...healths.flatMap((health) => health.findings),
  ].toSorted((a, b) => order.indexOf(a.level) - order.indexOf(b.level));
  return { at, level: findings[0]?.level ?? "ok", services, findings };
}

/** One after another: what config says, the others hear. @throws ProblemError of the first that cannot */
async function repair(call: Pick<Call, "ask">) {
  const items: (Repaired & { service: Finding["service"] })[] = [];
  for (const service of serviceNames) {
    const answered = await call.ask(`${service}.health.repair`, {}, { timeoutMs: repairMs });
    items.push(...answered.items.map((item) => ({ service, ...item })));
  }
  return { items };
}

/** Those that answer. */
async function describe(call: Pick<Call, "ask">) {
  const asked = serviceNames.map(async (service) => {
    try {
      return [{ service, ...(await call.ask(`${service}.health.describe`, {}, { timeoutMs })) }];
    } catch {
      return [];
    }
  });
  return { items: (await Promise.all(asked)).flat() };
}

/** What is particular about checkups: the console asks all services, itself among them. */
export const checkupParticular: Particular = { answers: { get, describe, repair } };
