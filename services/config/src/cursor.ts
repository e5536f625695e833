import { ProblemError } from "@mailfleet/contracts";

/** A cursor as it is given out: opaque, so that nobody builds one. */
export function writeCursor(position: string | null): string | null {
  return position === null ? null : Buffer.from(position, "utf8").toString("base64url");
}

/** The position that a cursor stands for. @throws ProblemError INVALID for one that was not given out */
export function readCursor(cursor: string | undefined): string | undefined {
  if (cursor === undefined) return undefined;
  const position = Buffer.from(cursor, "base64url").toString("utf8");
  if (position === "" || writeCursor(position) !== cursor)
    throw new ProblemError("INVALID", "/cursor was not given out by a list", {
      remedy: "Begin again without a cursor.",
      errors: [{ pointer: "/cursor", reason: "was not given out by a list" }],
    });
  return position;
}
