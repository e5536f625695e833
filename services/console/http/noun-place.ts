import { type AnyNoun, camel, type RequestName } from "@mailfleet/contracts";
import { z } from "zod";
import { namedBy } from "./noun-shapes.ts";
import { mailboxIdOf, mailboxParams } from "./parameters.ts";
import type { Call } from "./route.ts";

type NamedCall = Pick<Call, "ask"> & { readonly params: Readonly<Record<string, string>> | undefined };

/** Where something of a noun stands in the API, and what its path says. */
export interface Place {
  readonly path: string;
  /** Rules of the parameters, where there are any. */
  readonly params: { readonly params?: z.ZodType };
  /** True where the path names the mailbox, so that the request need not. */
  readonly namesMailbox: boolean;
  /** The id of the object as it is written in the path, or the label by which it is to be found. */
  named(call: NamedCall): { readonly id?: string; readonly label?: string };
  /** What the owner is asked with because of the path: the id, the mailbox, both or neither. */
  inputOf(call: NamedCall): Promise<{ id?: string; mailboxId?: string }>;
}

/** The field by which an object can be found instead of by its id. */
const labelOf = (noun: AnyNoun) => Object.keys(noun.operations.find?.input ?? {})[0];

/** The object with this label, from the owner of its noun. */
export function findByLabel(noun: AnyNoun, call: Pick<Call, "ask">, text: string): Promise<{ id: string }> {
  const name = `${noun.owner}.${noun.name}.find` as RequestName;
  return call.ask(name, { [labelOf(noun) ?? ""]: text } as never) as Promise<{ id: string }>;
}

/** Reads a path such as `/mailboxes/:mailbox/messages`, as declarations write them. */
export function placeOf(noun: AnyNoun, path: string): Place {
  const label = labelOf(noun);
  const names = [...path.matchAll(/:(\w+)/g)].map(([, name]) => name ?? "");
  const namesMailbox = names.includes("mailbox") && noun.name !== "mailbox";
  const ofId = names.filter((name) => name !== "mailbox" || !namesMailbox);
  const rule = (name: string) =>
    noun.parts?.[name] ?? (name === camel(noun.name) ? namedBy(noun, label) : (noun.id as z.ZodType));
  const rules = {
    ...(namesMailbox ? mailboxParams.shape : {}),
    ...Object.fromEntries(ofId.map((name) => [name, rule(name)])),
  };
  const named: Place["named"] = ({ params }) => {
    if (ofId.length === 0) return {};
    const text = ofId.map((name) => params?.[name]).join("/");
    return label === undefined || noun.id.safeParse(text).success ? { id: text } : { label: text };
  };
  return {
    path,
    params: names.length > 0 ? { params: z.strictObject(rules) } : {},
    namesMailbox,
    named,
    inputOf: async (call) => {
      const { id, label: text } = named(call);
      return {
        ...(namesMailbox ? { mailboxId: await mailboxIdOf(call, call.params?.mailbox ?? "") } : {}),
        ...(text === undefined ? {} : { id: (await findByLabel(noun, call, text)).id }),
        ...(id === undefined ? {} : { id }),
      };
    },
  };
}
