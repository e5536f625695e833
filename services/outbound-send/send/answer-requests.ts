import type { RequestHandlers } from "@mailfleet/bus";
import type { OutboundPorts } from "../ports.ts";
import { discardSend } from "./discard-send.ts";
import { getSend, listSends } from "./list-sends.ts";
import { releaseSend } from "./release-send.ts";
import { sendingOf } from "./sending.ts";
import { submitSend } from "./submit-send.ts";

/** What people and other services ask about sends. */
export function createSendRequests(ports: OutboundPorts): RequestHandlers {
  const { wakeUps } = sendingOf(ports);
  return {
    "outbound-send.send.submit": (input, { attachment }) => submitSend(ports, wakeUps, input, attachment),
    "outbound-send.send.get": (input) => getSend(ports, input),
    "outbound-send.send.list": (input) => listSends(ports, input),
    "outbound-send.send.release": (input) => releaseSend(ports, wakeUps, input),
    "outbound-send.send.discard": (input) => discardSend(ports, input),
  };
}
