import type { LocalFinding } from "./report.ts";

type Env = Readonly<Record<string, string | undefined>>;
type Task = { env: Env; out(line: string): void; json: true };

/** What can be seen in NATS and MongoDB without any service. Each throws what the engines throw. */
const checks: readonly {
  readonly check: string;
  readonly runbook: string;
  look(task: Task): Promise<boolean>;
  readonly good: string;
  said(line: string): string | undefined;
  readonly todo: string;
}[] = [
  {
    check: "deployment",
    runbook: "MailfleetDeploymentHeld",
    look: async (task) => (await import("@mailfleet/topology")).showDeployment(task),
    good: "Database and NATS belong together.",
    said: (line) => (JSON.parse(line) as { held: string | null }).held ?? undefined,
    todo: "See `mailfleet deployment show`.",
  },
  {
    check: "topology",
    runbook: "MailfleetServiceNotReady",
    look: async (task) => (await import("@mailfleet/topology")).topology({ ...task, action: "check" }),
    good: "Streams, consumers, collections and indexes are as declared.",
    said: (line) => (JSON.parse(line) as { why?: string }).why,
    todo: "Run `mailfleet topology diff`, then `mailfleet topology apply`.",
  },
];

/** Engines that are away are waited for, for so long. */
const patienceMs = 15_000;

const areKnown = (env: Env) =>
  ["MAILFLEET_NATS_URL", "MAILFLEET_MONGO_URL"].every((name) => env[name] || env[`${name}_FILE`]);
const notKnown = {
  text: "NATS and MongoDB were not checked: their addresses are not known here.",
  todo: "Set MAILFLEET_NATS_URL and MAILFLEET_MONGO_URL, or their _FILE forms, as the services have them.",
} as const;

/** `late` after some time: engines that are away are waited for. */
async function inTime(looked: Promise<boolean>): Promise<boolean | "late"> {
  const { promise: late, resolve } = Promise.withResolvers<"late">();
  const timer = setTimeout(() => resolve("late"), patienceMs);
  return Promise.race([looked, late]).finally(() => clearTimeout(timer));
}

/** Every step that `mailfleet topology diff` shows; empty if all is as declared. Throws, with why, where it cannot look. */
export async function topologyDiff(env: Env): Promise<unknown[]> {
  if (!areKnown(env)) throw new Error(`${notKnown.text} ${notKnown.todo}`);
  const { topology } = await import("@mailfleet/topology");
  const lines: string[] = [];
  const looked = topology({ action: "diff", json: true, env, out: (line) => void lines.push(line) });
  if ((await inTime(looked)) === "late") throw new Error(lines.at(-1) ?? `No answer within ${patienceMs / 1000} s.`);
  // What the engines say while they are waited for is no step.
  return lines.map((line) => (line.startsWith("{") ? JSON.parse(line) : line));
}

/** Looks at both engines; where their addresses are not known, says so. */
export async function engineFindings(env: Env): Promise<LocalFinding[]> {
  if (!areKnown(env))
    return [
      {
        check: "engines",
        service: "doctor",
        level: "warn",
        ...notKnown,
        runbook: "docs/runbooks/MailfleetServiceNotReady.md",
      },
    ];
  return Promise.all(
    checks.map(async ({ check, runbook, look, good, said, todo }) => {
      const lines: string[] = [];
      const about = { check, service: "doctor", runbook: `docs/runbooks/${runbook}.md` };
      const bad = (text: string) => ({ ...about, level: "fail" as const, text, todo });
      try {
        const isGood = await inTime(look({ env, json: true, out: (line) => void lines.push(line) }));
        if (isGood === "late") return bad(lines.at(-1) ?? `No answer within ${patienceMs / 1000} s.`);
        if (isGood) return { ...about, level: "ok" as const, text: good };
        const words = lines.flatMap((line) => (line.startsWith("{") ? (said(line) ?? []) : []));
        return bad(
          `${words[0] ?? "It is not as it should be"}${words.length > 1 ? ` (and ${words.length - 1} more)` : ""}.`,
        );
      } catch (error) {
        return bad(error instanceof Error ? error.message : String(error));
      }
    }),
  );
}
