import { z } from "zod";
import { mailbox } from "../mailbox/mailbox.ts";
import { bare } from "../noun/field.ts";

type Operations = typeof mailbox.operations;
/** What only who reads the mail of the mailbox can do. */
const ofOneReader = ["send-code", "approve-by-code"] as const;

/** What can be asked of many mailboxes: every command of a mailbox that names one, a change, removal, and what a CSV says. */
export type JobVerb =
  | Exclude<
      { [Verb in keyof Operations]: Operations[Verb]["kind"] extends "command" ? Verb : never }[keyof Operations],
      (typeof ofOneReader)[number]
    >
  | "update"
  | "delete"
  | "import";

/** In the order of the declaration of a mailbox. */
export const jobVerbs = [
  ...Object.entries(mailbox.operations).flatMap(([verb, { kind, collection }]) =>
    kind === "command" && !collection && !ofOneReader.some((one) => one === verb) ? [verb] : [],
  ),
  "update",
  "delete",
  "import",
] as unknown as readonly [JobVerb, ...JobVerb[]];

/** What is decided for one mailbox at a time: the job knows each address, and nobody takes over what he has not looked at. */
const forOne: ReadonlySet<string> = new Set(["address", "takeOver"]);

function shapeOf(verb: JobVerb): z.ZodRawShape {
  if (verb === "delete") return {};
  if (verb === "import")
    return {
      update: z.boolean().default(false).describe("change mailboxes that are there already; else they are refused"),
    };
  if (verb === "update") return { change: mailbox.Change.omit({ address: true }) };
  return Object.fromEntries(Object.entries(mailbox.operations[verb].input).filter(([name]) => !forOne.has(name)));
}

/** What a verb takes in a job. */
export const jobInput = (verb: JobVerb) => z.strictObject(shapeOf(verb));

/** Whether the operation has to be told the address that was seen. */
export const namesAddress = (verb: JobVerb): boolean =>
  verb in mailbox.operations && "address" in mailbox.operations[verb as keyof Operations].input;

/** What any verb takes: each has its own rule on top. */
export const JobInput: z.ZodType<Readonly<Record<string, unknown>>> = z.strictObject(
  Object.fromEntries(
    jobVerbs
      .flatMap((verb) => Object.entries(shapeOf(verb)))
      .map(([name, schema]) => [
        name,
        bare(schema as z.ZodType)
          .optional()
          .describe((schema as z.ZodType).description ?? `of ${name}`),
      ]),
  ),
);

/** Which mailboxes: the filters of their list, all of them together. */
export const JobFilter = mailbox.requests["config.mailbox.list"].input
  .omit({ ids: true, within: true, limit: true, cursor: true })
  .strict();
