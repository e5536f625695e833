import { nouns } from "@mailfleet/contracts";
import type { Command } from "commander";
import type { Cli } from "./cli.ts";
import { UsageError } from "./exit-codes.ts";

const shells = ["bash", "zsh", "fish"] as const;
const longFlags = (command: Command) => command.options.flatMap(({ long }) => (long ? [long] : []));
const namesOf = (command: Command) => [command.name(), ...command.aliases()];

/** Nobody waits longer for names when Tab is pressed. */
const namesMs = 1500;
const mostNames = 200;

/** Nouns whose names or ids can be looked up while somebody types. */
const listed = nouns.filter(({ single, standard, path }) => !single && path && standard.includes("list"));
const isListed = (word: string) => listed.some(({ name }) => name === word);

/** The kind of thing that a command is given, or that its options are; `undefined` where that is free text. */
const argumentOf = (command: Command) => command.registeredArguments.map((one) => one.name()).find(isListed);
const valuesOf = (command: Command) =>
  command.options.flatMap(({ long, flags }) => {
    const kind = /<([\w-]+)>/.exec(flags)?.[1] ?? "";
    return long && isListed(kind) ? [{ long, kind }] : [];
  });

/** What people type; the rest is for shells. */
const typedBy = (program: Command) => program.commands.filter((group) => !group.name().startsWith("__"));

/** The words that may follow, as a shell function: groups, their commands, the options of each, and live names. */
function bash(program: Command): string {
  const general = longFlags(program).join(" ");
  const offers = (command: Command) => {
    const kind = argumentOf(command);
    const values = valuesOf(command).map(({ long, kind }) => `${long}) live=${kind} ;;`);
    const byOption = values.length > 0 ? `; case "$before" in ${values.join(" ")} esac` : "";
    return `offered="${longFlags(command).join(" ")}"${kind ? `; live=${kind}` : ""}${byOption}`;
  };
  const groups = typedBy(program).map((group) => {
    const verbs = group.commands.map((verb) => `      ${namesOf(verb).join("|")}) ${offers(verb)} ;;`);
    const otherwise =
      group.commands.length > 0 ? `offered="${group.commands.map((verb) => verb.name()).join(" ")}"` : offers(group);
    return [
      `    ${namesOf(group).join("|")}) case "\${words[1]}" in`,
      ...verbs,
      `      *) ${otherwise} ;;`,
      "    esac ;;",
    ].join("\n");
  });
  return `_mailfleet() {
  local words=() word offered live="" current="\${COMP_WORDS[COMP_CWORD]}" before="\${COMP_WORDS[COMP_CWORD-1]}" name
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do [[ "$word" == -* ]] || words+=("$word"); done
  case "\${words[0]}" in
${groups.join("\n")}
    *) offered="${typedBy(program)
      .map((group) => group.name())
      .join(" ")}" ;;
  esac
  COMPREPLY=($(compgen -W "$offered ${general} --help" -- "$current"))
  if [[ -n "$live" && "$current" != -* ]]; then
    while IFS= read -r name; do COMPREPLY+=("$(printf %q "$name")"); done < <(mailfleet __names "$live" "$current" 2>/dev/null)
  fi
}
complete -o default -F _mailfleet mailfleet`;
}

/** A word as fish takes it. */
const quoted = (text: string) => `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;

function fish(program: Command): string {
  const seen = (command: Command) => `__fish_seen_subcommand_from ${namesOf(command).join(" ")}`;
  const live = (kind: string) => quoted(`(mailfleet __names ${kind} (commandline -ct) 2>/dev/null)`);
  const option = (condition: string, command: Command) =>
    command.options.flatMap(({ long, description }) => {
      const kind = valuesOf(command).find((one) => one.long === long)?.kind;
      const values = kind ? ` -x -a ${live(kind)}` : "";
      return long ? [`complete -c mailfleet${condition} -l ${long.slice(2)}${values} -d ${quoted(description)}`] : [];
    });
  const argument = (condition: string, command: Command) => {
    const kind = argumentOf(command);
    return kind ? [`complete -c mailfleet -f${condition} -a ${live(kind)}`] : [];
  };
  const offer = (condition: string, command: Command) =>
    `complete -c mailfleet -f -n ${quoted(condition)} -a ${command.name()} -d ${quoted(command.description())}`;
  return [
    ...option("", program),
    ...typedBy(program).flatMap((group) => [
      offer("__fish_use_subcommand", group),
      ...option(` -n ${quoted(seen(group))}`, group),
      ...argument(` -n ${quoted(seen(group))}`, group),
      ...group.commands.flatMap((verb) => {
        const others = group.commands.map((one) => one.name()).join(" ");
        const here = ` -n ${quoted(`${seen(group)}; and ${seen(verb)}`)}`;
        return [
          offer(`${seen(group)}; and not __fish_seen_subcommand_from ${others}`, verb),
          ...option(here, verb),
          ...argument(here, verb),
        ];
      }),
    ]),
  ].join("\n");
}

const control = /\p{Cc}/u;

/** What can be typed for a thing of this kind: names of what people made, ids of the rest. */
async function typed(cli: Cli, kind: string, begin: string): Promise<string[]> {
  const noun = listed.find(({ name }) => name === kind);
  if (!noun || noun.places?.list?.includes(":")) return [];
  const label = noun.standard.includes("update")
    ? Object.keys(noun.fields).find((name) => noun.fields[name]?.label)
    : undefined;
  const search = noun.filter && "search" in noun.filter && begin !== "" ? { search: begin.slice(0, 200) } : {};
  const { items } = await (await cli.client()).get<{ items: Record<string, unknown>[] }>(noun.path ?? "", {
    query: { ...search, limit: mostNames },
    timeoutMs: namesMs,
  });
  const names = items.map((row) => String((label && row[label]) ?? row.id ?? ""));
  return names.filter((name) => name.toLowerCase().startsWith(begin.toLowerCase()) && !control.test(name));
}

/** `mailfleet completion bash|zsh|fish` prints what the shell reads; it is made from the commands themselves. */
export function addCompletionCommand(program: Command, cli: Cli): void {
  // What the shell asks while somebody types: it says nothing where it cannot know.
  program.command("__names <kind> [begin]", { hidden: true }).action(async (kind: string, begin = "") => {
    const names = await typed(cli, kind, begin).catch(() => []);
    if (names.length > 0) cli.terminal.out(names.join("\n"));
  });
  program
    .command("completion <shell>")
    .description(`print completions for ${shells.join(", ")}: source <(mailfleet completion bash)`)
    .action((shell: string) => {
      if (shell === "fish") cli.terminal.out(fish(program));
      else if (shell === "bash") cli.terminal.out(bash(program));
      else if (shell === "zsh")
        cli.terminal.out(`autoload -U +X compinit bashcompinit && compinit && bashcompinit\n${bash(program)}`);
      else throw new UsageError(`There are completions for ${shells.join(", ")}, not for ${shell}.`);
    });
}
