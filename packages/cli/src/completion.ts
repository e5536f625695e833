import type { Command } from "commander";
import type { Cli } from "./cli.ts";
import { UsageError } from "./exit-codes.ts";

const shells = ["bash", "zsh", "fish"] as const;
const longFlags = (command: Command) => command.options.flatMap(({ long }) => (long ? [long] : []));
const namesOf = (command: Command) => [command.name(), ...command.aliases()];

/** The words that may follow, as a shell function: groups, their commands, and the options of each. */
function bash(program: Command): string {
  const general = longFlags(program).join(" ");
  const groups = program.commands.map((group) => {
    const verbs = group.commands.map(
      (verb) => `      ${namesOf(verb).join("|")}) offered="${longFlags(verb).join(" ")}" ;;`,
    );
    const all = group.commands.length > 0 ? group.commands.map((verb) => verb.name()) : longFlags(group);
    return [
      `    ${namesOf(group).join("|")}) case "\${words[1]}" in`,
      ...verbs,
      `      *) offered="${all.join(" ")}" ;;`,
      "    esac ;;",
    ].join("\n");
  });
  return `_mailfleet() {
  local words=() word offered
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do [[ "$word" == -* ]] || words+=("$word"); done
  case "\${words[0]}" in
${groups.join("\n")}
    *) offered="${program.commands.map((group) => group.name()).join(" ")}" ;;
  esac
  COMPREPLY=($(compgen -W "$offered ${general} --help" -- "\${COMP_WORDS[COMP_CWORD]}"))
}
complete -o default -F _mailfleet mailfleet`;
}

/** A word as fish takes it. */
const quoted = (text: string) => `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;

function fish(program: Command): string {
  const seen = (command: Command) => `__fish_seen_subcommand_from ${namesOf(command).join(" ")}`;
  const option = (condition: string, command: Command) =>
    command.options.flatMap(({ long, description }) =>
      long ? [`complete -c mailfleet${condition} -l ${long.slice(2)} -d ${quoted(description)}`] : [],
    );
  const offer = (condition: string, command: Command) =>
    `complete -c mailfleet -f -n ${quoted(condition)} -a ${command.name()} -d ${quoted(command.description())}`;
  return [
    ...option("", program),
    ...program.commands.flatMap((group) => [
      offer("__fish_use_subcommand", group),
      ...option(` -n ${quoted(seen(group))}`, group),
      ...group.commands.flatMap((verb) => {
        const others = group.commands.map((one) => one.name()).join(" ");
        return [
          offer(`${seen(group)}; and not __fish_seen_subcommand_from ${others}`, verb),
          ...option(` -n ${quoted(`${seen(group)}; and ${seen(verb)}`)}`, verb),
        ];
      }),
    ]),
  ].join("\n");
}

/** `mailfleet completion bash|zsh|fish` prints what the shell reads; it is made from the commands themselves. */
export function addCompletionCommand(program: Command, cli: Cli): void {
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
