/** What our code needs from a logger. pino fits. Context is composed with `child`, never concatenated. */
export interface Logger {
  debug(context: object, message: string): void;
  info(context: object, message: string): void;
  warn(context: object, message: string): void;
  error(context: object, message: string): void;
  child(bindings: Record<string, unknown>): Logger;
}
