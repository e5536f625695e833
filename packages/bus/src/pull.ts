import type { ConsumerDefinition, Logger } from "@mailfleet/contracts";
import type { Msg, Subscription } from "@nats-io/transport-node";
import { type Delivery, readDelivery } from "./delivery.ts";
import { closeMs, pauseMs, pull } from "./limits.ts";
import type { Link } from "./link.ts";
import { atMost } from "./pause.ts";

/** What a pull needs. */
export interface PullParts {
  readonly link: Link;
  readonly definition: ConsumerDefinition;
  readonly logger: Logger;
  /** How many more messages could be started now, not counting those already requested. */
  room(): number;
  onDelivery(delivery: Delivery): void;
}

/** A standing demand for messages. */
export interface Pull {
  /** Room may have changed: ask for more if it is worth a request. */
  update(): void;
  /** Asks for nothing more; returns when everything that was on its way has been delivered. */
  close(): Promise<void>;
}

/**
 * Asks the server for exactly as many messages as there is room for. The client library's own `consume()` asks again
 * when a message *arrives*, so it holds up to twice its limit while handlers are busy, and what is held here cannot be
 * done by another replica. Each renewal (reconnect, silence, refusal) uses an inbox of its own, so that no answer to an
 * older request is counted twice.
 */
export function openPull(parts: PullParts): Pull {
  const { link, definition, logger } = parts;
  const { nc } = link;
  const subject = `$JS.API.CONSUMER.MSG.NEXT.${definition.stream}.${definition.name}`;
  let asked = 0;
  let lastSign = Date.now();
  let refusals = 0;
  let renewal: NodeJS.Timeout | undefined;
  let closed = false;
  let inbox = "";
  let subscription: Subscription | undefined;
  const old = new Set<Promise<void>>();

  const update = () => {
    if (closed || renewal || nc.isClosed()) return;
    const missing = parts.room() - asked;
    // One request for several messages is cheaper than one for each. While a request is open, nobody starves.
    if (missing <= 0 || (asked > 0 && missing < Math.min(25, (asked + missing) / 4))) return;
    asked += missing;
    lastSign = Date.now();
    const request = { batch: missing, expires: pull.expiresMs * 1e6, idle_heartbeat: pull.heartbeatMs * 1e6 };
    nc.publish(subject, JSON.stringify(request), { reply: inbox });
  };

  const retire = () => {
    if (!subscription || subscription.isClosed()) return;
    const drained: Promise<void> = subscription
      .drain()
      .catch(() => {})
      .finally(() => old.delete(drained));
    old.add(drained);
  };

  const renew = () => {
    retire();
    inbox = link.inbox();
    asked = 0;
    const current = inbox;
    subscription = nc.subscribe(inbox, {
      callback: (error, msg) => (error ? later(error.message) : take(msg, current)),
    });
    update();
  };

  /** A refusal: the request is void. Asks again after a pause that grows as long as nothing comes. */
  const later = (reason: string, absent = false) => {
    if (closed || renewal) return;
    refusals++;
    const context = { consumer: definition.name, reason, refusals };
    if (absent) logger.error(context, "the consumer is missing; run `mailfleet topology apply`");
    else if (refusals > 1) logger.warn(context, "the server does not deliver");
    renewal = setTimeout(() => {
      renewal = undefined;
      if (!closed) renew();
    }, pauseMs(refusals));
  };

  const take = (msg: Msg, from: string) => {
    lastSign = Date.now();
    const delivery = msg.reply ? readDelivery(msg) : null;
    if (delivery) {
      refusals = 0;
      if (from === inbox) asked = Math.max(0, asked - 1);
      parts.onDelivery(delivery);
      return;
    }
    const code = msg.headers?.code ?? 0;
    if (from !== inbox || code === 100) return;
    const unserved = Number(msg.headers?.get("Nats-Pending-Messages") || 0);
    if (code === 408 || code === 404 || (code === 409 && unserved > 0)) {
      asked = Math.max(0, asked - unserved);
      if (unserved === 0) later(msg.headers?.description ?? String(code));
      else update();
    } else
      later(
        msg.headers?.description || `status ${code}`,
        code === 503 || /deleted/i.test(msg.headers?.description ?? ""),
      );
  };

  const offReconnect = link.onReconnect(() => {
    if (!closed && !renewal) renew();
  });
  const silence = setInterval(() => {
    if (closed || renewal || link.health() !== null || asked === 0 || Date.now() - lastSign < pull.silenceMs) return;
    logger.warn({ consumer: definition.name }, "the consumer sent no heartbeat; asking again");
    renew();
  }, 1000);
  renew();

  return {
    update,
    close: async () => {
      closed = true;
      offReconnect();
      clearInterval(silence);
      clearTimeout(renewal);
      retire();
      await atMost(closeMs, Promise.all(old));
    },
  };
}
