import { type AnyNoun, nouns } from "@mailfleet/contracts";
import type { Cli } from "../cli.ts";
import { UsageError } from "../exit-codes.ts";
import { idOf } from "./named.ts";

const parametersOf = (place: string) => [...place.matchAll(/:(\w+)/g)].map(([, name]) => name ?? "");

/** What a command is given in order to fill a path such as `/mailboxes/:mailbox/messages`: ` <mailbox>`, or nothing. */
export function argumentOf(noun: AnyNoun, place: string): string {
  const parameters = parametersOf(place);
  if (parameters.length === 0) return "";
  return parameters[0] === "mailbox" && noun.name !== "mailbox" ? " <mailbox>" : ` <${noun.name}>`;
}

/** Where one object is in the API, as a path with parameters. */
export function placeOfOne(noun: AnyNoun): string {
  const { path = "", places, single, name } = noun;
  return places?.get ?? (single ? path : `${path}/:${name}`);
}

/** The path of what is named: a mailbox by id or address, anything else by its id or its label. */
export async function filled(cli: Cli, noun: AnyNoun, place: string, which: string | undefined): Promise<string> {
  if (which === undefined) return place;
  const parameters = parametersOf(place.replaceAll("-", "_"));
  const fill = (values: readonly string[]) => {
    let n = 0;
    return place.replace(/:[\w-]+/g, () => encodeURIComponent(values[n++] ?? ""));
  };
  const ofMailbox = parameters[0] === "mailbox";
  if (noun.parts && !ofMailbox) return fill(partsOf(noun, which));
  const named = ofMailbox ? nouns.find((one) => one.name === "mailbox") : noun;
  const direct = named?.operations.find !== undefined || named?.id.safeParse(which).success;
  return fill([direct ? which : await idOf(cli, noun, which)]);
}

/** The parts of an id, which stand before and after its first slash. */
function partsOf(noun: AnyNoun, id: string): string[] {
  const slash = id.indexOf("/");
  if (slash < 1) throw new UsageError(`${id} is not the id of a ${noun.name}: it has the form ${noun.id.description}.`);
  return [id.slice(0, slash), id.slice(slash + 1)];
}
