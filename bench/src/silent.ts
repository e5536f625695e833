import type { Logger } from "@mailfleet/contracts";

/** A logger for measuring: warnings and errors show, the rest is dropped. */
export const silent: Logger = {
  debug: () => {},
  info: () => {},
  warn: (context, message) => console.warn(message, context),
  error: (context, message) => console.error(message, context),
  child: () => silent,
};
