import { type AnyNoun, camel, nouns, type Problem } from "@mailfleet/contracts";
import { auditMessage, tellAudit } from "@mailfleet/kit";
import type { Caller, Route } from "../http/route.ts";
import type { ConsolePorts } from "../ports.ts";

/** What the audit needs of a request. */
interface Asked {
  readonly caller: Caller;
  readonly commandId: string;
  readonly correlation: string;
  readonly from: string;
  readonly params: unknown;
}

const nounOf = ({ operation }: Route): AnyNoun | undefined => {
  const name = operation.replace(/\..*$/, "");
  return nouns.find((one) => one.name === name);
};

function tell(
  ports: Pick<ConsolePorts, "bus" | "logger" | "now">,
  route: Route,
  { caller, params, ...asked }: Asked,
  more: { after?: object; problem?: Problem },
): void {
  const noun = nounOf(route);
  if (!noun || route.method === "GET") return;
  const { mailbox, [camel(noun.name)]: id = mailbox } = (params ?? {}) as Record<string, string | undefined>;
  const input = {
    ...{ ...asked, by: caller.name, caller: caller.tokenId },
    ...(id === undefined ? {} : { id }),
    ...(mailbox?.startsWith("mb_") ? { mailboxId: mailbox } : {}),
  };
  const verb = route.operation.slice(noun.name.length + 1);
  tellAudit(ports, auditMessage({ service: "console", noun, verb, input, at: ports.now(), ...more }));
}

/** The console refused a command itself: whoever asked lacks a right, or may not see the object. */
export function tellRefused(
  ports: Pick<ConsolePorts, "bus" | "logger" | "now">,
  route: Route,
  asked: Asked,
  problem: Problem,
): void {
  tell(ports, route, asked, { problem });
}

/** A command was done. What other services do they tell themselves; of the answer only what was set is told. */
export function tellDone(
  ports: Pick<ConsolePorts, "bus" | "logger" | "now">,
  route: Route,
  asked: Asked,
  answer: unknown,
): void {
  const noun = nounOf(route);
  if (noun?.owner !== "console") return;
  const shown = (answer ?? {}) as Record<string, unknown>;
  const kept = ["id", ...Object.keys(noun.fields)].filter((name) => shown[name] !== undefined);
  tell(ports, route, asked, { after: Object.fromEntries(kept.map((name) => [name, shown[name]])) });
}
