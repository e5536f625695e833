import { z } from "zod";

/** A whole number within bounds that its refusal names. */
export const whole = (min: number, max: number) =>
  z
    .number({ error: `must be ${min} to ${max}` })
    .int("must be a whole number")
    .min(min, `must be ${min} to ${max}`)
    .max(max, `must be ${min} to ${max}`);
