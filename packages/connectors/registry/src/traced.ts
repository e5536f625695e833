import type { ActConnector, ConnectOptions, InboundConnector, OutboundConnector } from "@mailfleet/connector-api";
import { span } from "@mailfleet/contracts";

/** A step that is over when its promise is: it goes to the server and back. */
type Step<Rest extends unknown[], Result> = (options: ConnectOptions, ...rest: Rest) => Promise<Result>;

/** The same steps, each a span that names protocol, server and mailbox. */
export function tracing(protocol: string) {
  const step = <Rest extends unknown[], Result>(name: string, work: Step<Rest, Result>): Step<Rest, Result> => {
    return (options, ...rest) => {
      const { mailboxId: mailbox, server } = options;
      const { host, port } = server;
      return span(`${protocol} ${name}`, { kind: "asks", protocol, mailbox, host, port }, () => work(options, ...rest));
    };
  };
  return {
    /** A watch outlives whatever opened it, so it is none of its steps. */
    inbound(connector: InboundConnector): InboundConnector {
      const { findSent, fileSent, moveTo, categorise, watch } = connector;
      return {
        test: step("test", (...asked) => connector.test(...asked)),
        open: step("open", (...asked) => connector.open(...asked)),
        ...(findSent && { findSent: step("find sent", findSent.bind(connector)) }),
        ...(fileSent && { fileSent: step("file sent", fileSent.bind(connector)) }),
        ...(moveTo && { moveTo: step("move", moveTo.bind(connector)) }),
        ...(categorise && { categorise: step("categorise", categorise.bind(connector)) }),
        ...(watch && { watch: watch.bind(connector) }),
      };
    },
    /** Its pool connects when it is used, and hands over what belongs to many traces: both are spans of an attempt. */
    outbound(connector: OutboundConnector): OutboundConnector {
      return {
        test: step("test", (...asked) => connector.test(...asked)),
        open: (...asked) => connector.open(...asked),
      };
    },
    act(connector: ActConnector): ActConnector {
      return {
        test: step("test", (...asked) => connector.test(...asked)),
        open: step("open", (...asked) => connector.open(...asked)),
      };
    },
  };
}
