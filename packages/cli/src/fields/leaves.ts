import {
  type AnyNoun,
  type Leaf,
  leavesOf,
  mailbox,
  notificationSettings,
  profile,
  settings,
} from "@mailfleet/contracts";
import { fieldFlags } from "../noun/flags.ts";

/** What people set, in the order in which it is explained. */
export const settable: readonly AnyNoun[] = [profile, mailbox, settings, notificationSettings];

/** A value that can be written, with the option of the command line for it. */
export interface OptionedLeaf extends Leaf {
  readonly option: string | undefined;
}

/** Options that the command line has beside the declaration. */
const particularOptions: Readonly<Record<string, string>> = {
  "profile.inbound.addressing": "--addressing",
  "settings.allowedOutboundPorts": "--allowed-ports",
  "settings.allowedNetworks": "--allowed-networks",
};

/** Every value of a noun that can be written, with its option. */
export function optionedLeavesOf(noun: AnyNoun): OptionedLeaf[] {
  const flags = fieldFlags(noun, noun.standard.includes("create") ? "create" : "update");
  const options = new Map(flags.map(({ path, syntax }) => [path.join("."), syntax.split(" ")[0]]));
  return leavesOf(noun).map((leaf) => {
    const name = leaf.path.join(".");
    const isArgument = noun.operations.find && noun.fields[name]?.label;
    const option = particularOptions[`${noun.name}.${name}`] ?? (isArgument ? `<${name}>` : options.get(name));
    return { ...leaf, option };
  });
}
