import { span, traceIds } from "@mailfleet/contracts";
import type { FastifyInstance } from "fastify";

declare module "fastify" {
  interface FastifyRequest {
    /** The span of the request as log lines name it: the line about it is written when the span is over. */
    traced?: ReturnType<typeof traceIds>;
  }
}

/** Each request that reaches a handler is a span from here on, in the caller's trace if it names one (W3C `traceparent`). */
export function traceRoutes(app: FastifyInstance): void {
  app.addHook("onRoute", (options) => {
    const { handler } = options;
    options.handler = function (request, reply) {
      const { method, id: correlation, headers } = request;
      const route = request.routeOptions.url ?? options.url;
      const from = typeof headers.traceparent === "string" ? headers.traceparent : null;
      return span(`${method} ${route}`, { kind: "answers", from, method, route, correlation }, async (say) => {
        request.traced = traceIds();
        const answer = await handler.call(this, request, reply);
        say({ status: reply.statusCode });
        return answer;
      });
    };
  });
}
