import { z } from "zod";
import { messageTypes, requests } from "../../src/index.ts";
import type { Schema, Schemas } from "./compare-schemas.ts";

/** What a release writes or reads on the bus, by name. */
export interface Recorded extends Schemas {
  readonly messages: Readonly<Record<string, Schema>>;
  readonly requests: Readonly<Record<string, { readonly input: Schema; readonly output: Schema }>>;
}

interface Whole {
  readonly $defs: Record<string, Schema>;
  readonly properties: {
    readonly messages: { readonly properties: Record<string, Schema> };
    readonly requests: {
      readonly properties: Record<string, { readonly properties: { readonly input: Schema; readonly output: Schema } }>;
    };
  };
}

/**
 * Messages, questions and answers of this release: `reads` as whoever hears them takes them, where what has a default
 * may be missing; `writes` as whoever says them does.
 */
export function recordOf(what: "reads" | "writes"): Recorded {
  const asked = Object.entries(requests).map(
    ([name, { input, output }]) => [name, z.object({ input, output })] as const,
  );
  const whole = z.object({ messages: z.object(messageTypes), requests: z.object(Object.fromEntries(asked)) });
  const { $defs, properties } = z.toJSONSchema(whole, {
    io: what === "reads" ? "input" : "output",
    reused: "ref",
    override: ({ jsonSchema }) => {
      delete jsonSchema.description;
    },
  }) as unknown as Whole;
  const inner = (named: Record<string, Schema>, one: Schema): Schema =>
    one.$ref === undefined ? one : inner(named, named[one.$ref.replace(/^.*\//, "")] ?? {});
  return {
    messages: inner($defs, properties.messages).properties ?? {},
    requests: Object.fromEntries(
      Object.entries(inner($defs, properties.requests).properties ?? {}).map(([name, one]) => {
        const { input = {}, output = {} } = inner($defs, one).properties ?? {};
        return [name, { input, output }];
      }),
    ),
    definitions: $defs,
  };
}
