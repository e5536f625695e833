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

/** Looks at both engines; where their addresses are not known, says so. */
export async function engineFindings(env: Env): Promise<LocalFinding[]> {
  const known = ["MAILFLEET_NATS_URL", "MAILFLEET_MONGO_URL"].filter((name) => env[name] || env[`${name}_FILE`]);
  if (known.length < 2)
    return [
      {
        check: "engines",
        service: "doctor",
        level: "warn",
        text: "NATS and MongoDB were not checked: their addresses are not known here.",
        todo: "Set MAILFLEET_NATS_URL and MAILFLEET_MONGO_URL, or their _FILE forms, as the services have them.",
        runbook: "docs/runbooks/MailfleetServiceNotReady.md",
      },
    ];
  return Promise.all(
    checks.map(async ({ check, runbook, look, good, said, todo }) => {
      const lines: string[] = [];
      const about = { check, service: "doctor", runbook: `docs/runbooks/${runbook}.md` };
      const bad = (text: string) => ({ ...about, level: "fail" as const, text, todo });
      const { promise: late, resolve } = Promise.withResolvers<"late">();
      const timer = setTimeout(() => resolve("late"), patienceMs);
      try {
        const isGood = await Promise.race([look({ env, json: true, out: (line) => void lines.push(line) }), late]);
        if (isGood === "late") return bad(lines.at(-1) ?? `No answer within ${patienceMs / 1000} s.`);
        if (isGood) return { ...about, level: "ok" as const, text: good };
        const words = lines.flatMap((line) => (line.startsWith("{") ? (said(line) ?? []) : []));
        return bad(
          `${words[0] ?? "It is not as it should be"}${words.length > 1 ? ` (and ${words.length - 1} more)` : ""}.`,
        );
      } catch (error) {
        return bad(error instanceof Error ? error.message : String(error));
      } finally {
        clearTimeout(timer);
      }
    }),
  );
}
