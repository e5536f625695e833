import { fieldOf, refusalReader } from "@mailfleet/connector-http";
import { reasonRules } from "./api-reasons.ts";

/** Google's refusal as an error of the closed list. Gmail writes the time to wait into its message. */
export const refusedError = refusalReader({
  read: readGoogleError,
  rules: reasonRules,
  waitsUntil: /retry after (\d{4}-\d\d-\d\dT[\d:.]{5,15}Z)/i,
});

/** `{"error":{code,message,status,errors:[{reason}],details:[{reason}]}}`; `null`: not of this shape. */
function readGoogleError(json: unknown): { codes: string; message: string } | null {
  const error = fieldOf(json, "error");
  if (typeof error !== "object" || error === null) return null;
  const message = fieldOf(error, "message");
  const reasons = [
    fieldOf(error, "status"),
    ...["errors", "details"].flatMap((name) => {
      const list = fieldOf(error, name);
      return Array.isArray(list) ? list.slice(0, 5).map((entry) => fieldOf(entry, "reason")) : [];
    }),
  ].filter((reason): reason is string => typeof reason === "string" && reason.length <= 100);
  return { codes: [...new Set(reasons)].join(" "), message: typeof message === "string" ? message : "" };
}
