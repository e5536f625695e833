import {
  type AnyNoun,
  type Logger,
  nouns,
  type OutgoingMessage,
  ProblemError,
  type ServiceName,
} from "@mailfleet/contracts";
import type { CommandInput } from "../document/command.ts";
import { auditMessage } from "./audit-message.ts";

/** Where entries go that stand in no outbox. */
export interface AuditPorts {
  readonly bus: { publish(message: OutgoingMessage): Promise<unknown> };
  readonly logger: Logger;
  now(): number;
}

type Handle = (input: CommandInput, ...more: never[]) => Promise<unknown>;

/** Refusals that say nothing about who asked for what: the same command is repeated. */
const passing: ReadonlySet<string> = new Set(["UNAVAILABLE", "CONFLICT"]);

/** The noun and verb of a command that people give; `null` for reads, and for what services ask each other. */
export function commandOf(request: string): { noun: AnyNoun; verb: string } | null {
  const [service, name, verb = ""] = request.split(".");
  const noun = nouns.find((one) => one.owner === service && one.name === name);
  if (!noun) return null;
  const isStandard = verb === "create" || verb === "update" || verb === "delete";
  return noun.operations[verb]?.kind === "command" || (isStandard && noun.standard.includes(verb))
    ? { noun, verb }
    : null;
}

/** Says it without waiting: the answer does not depend on it. */
export function tellAudit({ bus, logger }: AuditPorts, message: OutgoingMessage): void {
  bus
    .publish(message)
    .catch((err: unknown) => logger.warn({ err, audit: message.id }, "an entry of the audit is lost"));
}

/**
 * A handler whose commands are audited: what it refuses, and, unless its document writes that itself, what it does.
 */
export function audited(
  ports: AuditPorts,
  service: ServiceName,
  request: string,
  { writesItself, handle }: { readonly writesItself: boolean; readonly handle: Handle },
): Handle {
  const command = commandOf(request);
  if (!command) return handle;
  const tell = (input: CommandInput, more: { problem?: ProblemError["problem"] }) => {
    if (!input.dryRun) tellAudit(ports, auditMessage({ service, ...command, input, at: ports.now(), ...more }));
  };
  return async (input, ...more) => {
    try {
      const answer = await handle(input, ...more);
      if (!writesItself) tell(input, {});
      return answer;
    } catch (error) {
      if (error instanceof ProblemError && !passing.has(error.problem.code)) tell(input, { problem: error.problem });
      throw error;
    }
  };
}
