import type { z } from "zod";
import type { ServiceName } from "../vocabulary.ts";
import type {
  AnyDeclaration,
  Declaration,
  Empty,
  Facts,
  Fields,
  Operations,
  Secrets,
  Shape,
  Showing,
  Standard,
} from "./declaration.ts";
import { type RequestsOf, requestsOf } from "./noun-requests.ts";
import { type ChangeShape, type KeptShape, type NewShape, shapesOf, type ViewOf } from "./shapes.ts";

/**
 * Declares a noun. From the declaration follow: what may be written of it (`New`, `Change`), what is kept (`Kept`) and
 * shown (`View`), the requests with their checks, the routes, and what the command line and the documentation say.
 */
export function noun<
  const Name extends string,
  Owner extends ServiceName,
  F extends Fields,
  Std extends Standard,
  S extends Secrets = Empty,
  Shown extends Showing = Empty,
  Filter extends Shape = Empty,
  Ops extends Operations = Empty,
  const Single extends boolean = false,
  const Framed extends boolean = true,
  Said extends Facts = Empty,
>(name: Name, declared: Declaration<Owner, F, S, Shown, Filter, Std, Ops, Single, Framed, Said>) {
  type View = ViewOf<F, S, Shown, Single, Framed>;
  const any = declared as unknown as AnyDeclaration;
  const shapes = shapesOf(any);
  return {
    ...declared,
    name,
    single: declared.single === true,
    framed: declared.framed !== false,
    secrets: (declared.secrets ?? {}) as S,
    operations: (declared.operations ?? {}) as Ops,
    facts: (declared.facts ?? {}) as Said,
    Kept: shapes.Kept as unknown as z.ZodObject<KeptShape<F>>,
    New: shapes.New as unknown as z.ZodObject<NewShape<F>, z.core.$strict>,
    Change: shapes.Change as unknown as z.ZodObject<ChangeShape<F>, z.core.$strict>,
    View: shapes.View as unknown as View,
    requests: requestsOf(name, any, shapes) as unknown as RequestsOf<
      Owner,
      Name,
      F,
      S,
      View,
      Filter,
      Std,
      Ops,
      Single,
      Framed
    >,
  } as const;
}
