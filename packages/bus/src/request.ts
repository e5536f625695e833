import {
  headerNames,
  innerSpan,
  ProblemError,
  Reply,
  type RequestInput,
  type RequestName,
  type RequestOutput,
  requestAddress,
  requests,
  subjects,
  traceparent,
} from "@mailfleet/contracts";
import { errors, headers, type Msg } from "@nats-io/transport-node";
import type { RequestOptions } from "./bus.ts";
import { maximumRequestBytes } from "./limits.ts";
import type { Link } from "./link.ts";

const retryLater = { remedy: "Try again in a moment. If it persists, look at /readyz of the services." };

/** See `Bus.request`. */
export function ask<Name extends RequestName>(
  link: Link,
  name: Name,
  input: RequestInput<Name>,
  options: RequestOptions = {},
): Promise<RequestOutput<Name>> {
  const { correlation } = options;
  return innerSpan(`ask ${name}`, { kind: "asks", correlation }, () => exchange(link, name, input, options));
}

async function exchange<Name extends RequestName>(
  link: Link,
  name: Name,
  input: RequestInput<Name>,
  options: RequestOptions,
): Promise<RequestOutput<Name>> {
  const { service, resource, verb } = requestAddress(name);
  const json = Buffer.from(JSON.stringify(input));
  const data = options.attachment ? Buffer.concat([json, options.attachment]) : json;
  if (data.length > maximumRequestBytes)
    throw new ProblemError(
      "TOO_LARGE",
      `${name} has ${data.length} bytes, at most ${maximumRequestBytes} are possible`,
    );
  const down = link.health();
  if (down) throw new ProblemError("UNAVAILABLE", down, retryLater);
  const context = headers();
  if (options.correlation) context.set(headerNames.correlation, options.correlation);
  const parent = traceparent();
  if (parent !== undefined) context.set(headerNames.traceparent, parent);
  if (options.attachment) context.set(headerNames.json, String(json.length));
  let answer: Msg;
  try {
    answer = await link.nc.request(subjects.request(service, resource, verb), data, {
      timeout: options.timeoutMs ?? 5000,
      headers: context,
    });
  } catch (error) {
    if (error instanceof errors.RequestError && error.cause instanceof errors.PermissionViolationError)
      throw new ProblemError("INTERNAL", `NATS does not permit this service to ask the ${service} service`);
    const nobody = error instanceof errors.RequestError && error.isNoResponders();
    const why = nobody ? "is not running" : error instanceof errors.TimeoutError ? "did not answer in time" : "is away";
    throw new ProblemError("UNAVAILABLE", `The ${service} service ${why}.`, retryLater);
  }
  const reply = Reply.safeParse(readJson(answer));
  if (!reply.success) throw new ProblemError("INTERNAL", `The ${service} service gave an answer that cannot be read`);
  if (!reply.data.ok) {
    const { code, detail, ...more } = reply.data.problem;
    throw new ProblemError(code, detail, more);
  }
  if (reply.data.repeated) options.onRepeated?.();
  const result = requests[name].output.safeParse(reply.data.result);
  if (!result.success)
    throw new ProblemError(
      "INTERNAL",
      `The answer to ${name} is not what was agreed: ${result.error.issues[0]?.message}`,
    );
  return result.data as RequestOutput<Name>;
}

function readJson(msg: Msg): unknown {
  try {
    return msg.json();
  } catch {
    return undefined;
  }
}
