import type { Logger } from "@mailfleet/contracts";

/** What the connections say while they wait, as lines. */
export function lines(out: (line: string) => void): Logger {
  const say = (context: object, message: string) => {
    const { reason } = context as { reason?: string };
    out(reason ? `${message}: ${reason}` : message);
  };
  const logger: Logger = { debug() {}, info() {}, warn: say, error: say, child: () => logger };
  return logger;
}
