import type { RequestInput, RequestName, RequestOutput } from "@mailfleet/contracts";
import type { FastifyRequest } from "fastify";
import type { ConsolePorts } from "../ports.ts";
import { type Say, sayFor } from "./words/say.ts";

/** One request of a page: the ports, and asking other services under the request's correlation. */
export interface PageCall extends ConsolePorts {
  readonly request: FastifyRequest;
  readonly correlation: string;
  /** In the language of who asks. */
  readonly say: Say;
  ask<Name extends RequestName>(
    name: Name,
    input: RequestInput<Name>,
    options?: { timeoutMs?: number },
  ): Promise<RequestOutput<Name>>;
}

/** See `PageCall`. */
export function pageCall(ports: ConsolePorts, request: FastifyRequest): PageCall {
  const correlation = request.id;
  return {
    ...ports,
    request,
    correlation,
    say: sayFor(request),
    ask: (name, input, options) => ports.bus.request(name, input, { ...options, correlation }),
  };
}
