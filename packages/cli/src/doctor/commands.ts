import { ApiError, NotReachable } from "@mailfleet/client";
import type { Checkup, Finding, Repaired } from "@mailfleet/contracts";
import type { Command } from "commander";
import type { Cli } from "../cli.ts";
import { Failed } from "../exit-codes.ts";
import type { Shown } from "../shown.ts";
import { printable, table } from "../table.ts";
import { engineFindings } from "./engines.ts";
import type { LocalFinding, Report } from "./report.ts";

const marks = { ok: "ok  ", warn: "WARN", fail: "FAIL" } as const;
const order = ["fail", "warn", "ok"] as const;

/** One finding, with what to do about it on lines of its own. */
function told({ level, service, check, text, todo, runbook }: LocalFinding): string {
  const first = `${marks[level]}  ${service} ${check}: ${printable(text)}`;
  if (level === "ok") return first;
  return [first, ...(todo ? [`      ${printable(todo)}`] : []), ...(runbook ? [`      ${runbook}`] : [])].join("\n");
}

type RepairedItem = Repaired & { readonly service: string };
/** Of all mailboxes of a large installation. */
const repairMs = 310_000;

/** The whole report, as people read it. */
function words({ findings, services }: Report): string {
  const count = (level: Finding["level"]) => findings.filter((one) => one.level === level).length;
  const processes = table(
    services,
    [
      { title: "SERVICE", of: ({ service }) => service },
      { title: "VERSION", of: ({ version }) => version },
      { title: "NODE", of: ({ node }) => node },
      { title: "MONGODB", of: ({ engines }) => engines.mongodb },
      { title: "NATS", of: ({ engines }) => engines.nats },
      { title: "DEPLOYMENT", of: ({ deployment }) => deployment },
    ],
    "No service was asked.",
  );
  const sum = `${count("ok")} ok, ${count("warn")} to look at, ${count("fail")} failed.`;
  return [...findings.map(told), "", processes, "", sum].join("\n");
}

/** Asks the console, which asks the services; where it does not answer, looks at NATS and MongoDB itself. */
export async function examine(cli: Cli): Promise<Report> {
  try {
    const client = await cli.client();
    const { at, level, services, findings } = await client.get<Shown<Checkup>>("/checkup", { timeoutMs: 20_000 });
    return { at, level, services, findings };
  } catch (error) {
    const isAway = error instanceof NotReachable || (error instanceof ApiError && error.status === 503);
    if (!isAway) throw error;
    const console: LocalFinding = {
      check: "answers",
      service: "console",
      level: "fail",
      text: error.message,
      todo: "Check whether the console runs, and what its /readyz and its log say.",
      runbook: "docs/runbooks/MailfleetServiceMissing.md",
    };
    const findings = [console, ...(await engineFindings(cli.terminal.env))].toSorted(
      (a, b) => order.indexOf(a.level) - order.indexOf(b.level),
    );
    return { level: "fail", services: [], findings };
  }
}

/** `mailfleet doctor`: is everything as it should be, and if not, what is to be done. */
export function addDoctorCommand(program: Command, cli: Cli): void {
  program
    .command("doctor")
    .description(
      "check everything and say what does not work, why, and what to do; exit code 1 if something does not work",
    )
    .addHelpText(
      "after",
      "\nIf the console does not answer, it checks NATS and MongoDB itself, provided that MAILFLEET_NATS_URL and MAILFLEET_MONGO_URL are set.",
    )
    .option("--repair", "first have all services publish again what follows from their documents")
    .action(async ({ repair = false }: { repair?: boolean }) => {
      if (repair) {
        const client = await cli.client();
        const { items } = await client.post<{ items: RepairedItem[] }>("/checkup/repair", undefined, {
          timeoutMs: repairMs,
        });
        cli.remark(`${items.map(({ service, what, count }) => `${service}: ${count} ${what}`).join("\n")}\n`);
      }
      const report = await examine(cli);
      cli.show(report, words);
      if (report.level === "fail") throw new Failed();
    });
}
