import type { AnyNoun } from "@mailfleet/contracts";
import type { Row } from "./show.ts";

type Values = Readonly<Record<string, unknown>>;

const isValues = (value: unknown): value is Values =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** `over` laid over `under`, part by part; `null` takes a part away. */
function laidOver(under: Values, over: Values): Values {
  const all = Object.entries({ ...under, ...over }).map(([name, value]) => {
    const below = under[name];
    return [name, isValues(value) && isValues(below) ? laidOver(below, value) : value] as const;
  });
  return Object.fromEntries(all.filter(([, value]) => value !== null && value !== undefined));
}

/** Both together; where both name a part, the second counts. */
export function together(one: Values, other: Values): Record<string, unknown> {
  const entries = Object.entries(other).map(([name, value]) => {
    const first = one[name];
    return [name, isValues(value) && isValues(first) ? together(first, value) : value] as const;
  });
  return { ...one, ...Object.fromEntries(entries) };
}

/** What has to be said of an object that is replaced whole, where there is no present value to complete it from. */
export function lackingIn(noun: AnyNoun, named: Values): string[] {
  return Object.entries(named).flatMap(([name, value]) => {
    const field = noun.fields[name];
    const { shape = {} } = (field?.change ?? {}) as unknown as { shape?: Record<string, Part> };
    if (!field?.whole || !isValues(value)) return [];
    return Object.entries(shape).flatMap(([part, { _zod }]) =>
      _zod.def.type === "optional" || part in value ? [] : [`/${name}/${part}`],
    );
  });
}
type Part = { readonly _zod: { readonly def: { readonly type: string } } };

/**
 * Objects that are replaced whole, completed from what is there, or from the default for a new one. Where the part that
 * decides gets another value, what does not fit any more is left out.
 */
export function completed(noun: AnyNoun, named: Values, before: Row | undefined): Record<string, unknown> {
  const entries = Object.entries(named).map(([name, value]) => {
    const field = noun.fields[name];
    if (!field?.whole || !isValues(value)) return [name, value] as const;
    const { by, drops } = field.whole;
    const usual = before ? before[name] : field.write.safeParse(undefined).data;
    const old = isValues(usual) ? usual : {};
    const same = by === undefined || value[by] === undefined || value[by] === old[by];
    const fits = drops ? Object.fromEntries(Object.entries(old).filter(([part]) => !drops.includes(part))) : {};
    return [name, laidOver(same ? old : fits, value)] as const;
  });
  return Object.fromEntries(entries);
}
