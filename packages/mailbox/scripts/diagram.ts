import { approvalChart } from "../src/approval-chart.ts";
import { directionChart } from "../src/direction-chart.ts";

/** The part of a chart's definition that the diagram shows. */
interface Node {
  readonly path?: readonly string[];
  readonly initial: { readonly target: readonly Node[] } | undefined;
  readonly states: Readonly<Record<string, Node>>;
  readonly transitions: readonly {
    readonly eventType: string;
    readonly guard?: unknown;
    readonly actions: readonly unknown[];
    readonly target?: readonly Node[] | undefined;
  }[];
}
type Path = readonly string[];
const idOf = (path: Path) => path.join("_");

/** An arrow for each target, labelled with the events that lead there. An event that stays in its state has one too. */
function arrowsOf(node: Node, path: Path): string[] {
  const labels = new Map<string, string[]>();
  for (const { eventType, guard, actions, target } of node.transitions) {
    if (!target && actions.length === 0) continue;
    const to = idOf(target?.[0]?.path ?? path);
    const label = typeof guard === "string" ? `${eventType} [${guard}]` : eventType;
    labels.set(to, [...(labels.get(to) ?? []), label]);
  }
  return [...labels].map(([to, events]) => `  ${idOf(path)} --> ${to}: ${events.join(", ")}`);
}

/** Inner states are drawn next to the others, under their full name: Mermaid has no arrows between composite states. */
function linesOf(node: Node, path: Path): string[] {
  const inner = Object.entries(node.states);
  if (inner.length > 0) return inner.flatMap(([key, child]) => linesOf(child, [...path, key]));
  return [...(path.length > 1 ? [`  state "${path.join(".")}" as ${idOf(path)}`] : []), ...arrowsOf(node, path)];
}

function draw(root: Node): string {
  const start = idOf(root.initial?.target[0]?.path ?? []);
  const anywhere = root.transitions.map(({ eventType, guard, target }) => {
    const when = typeof guard === "string" ? ` [${guard}]` : "";
    return `${eventType}${when} → ${target?.[0]?.path?.join(".")}`;
  });
  const chart = ["```mermaid", "stateDiagram-v2", `  [*] --> ${start}`, ...linesOf(root, []), "```"];
  if (anywhere.length > 0) chart.push("", `From every state that does not say otherwise: ${anywhere.join(", ")}.`);
  return chart.join("\n");
}

/** Both charts as Mermaid state diagrams in Markdown, drawn from the charts themselves. */
export function diagram(): string {
  return [approvalChart, directionChart].map((chart) => draw(chart.definition as unknown as Node)).join("\n\n");
}

/** The README, with the diagram between its markers drawn again. */
export function withDiagram(readme: string): string {
  const between = /(<!-- diagram -->\n)[\s\S]*?(<!-- \/diagram -->)/;
  return readme.replace(between, (_, open: string, close: string) => `${open}\n${diagram()}\n\n${close}`);
}
