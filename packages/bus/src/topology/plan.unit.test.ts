import assert from "node:assert/strict";
import { test } from "node:test";
import { streams } from "@mailfleet/contracts";
import { JetStreamApiError, type JetStreamManager } from "@nats-io/jetstream";
import { errors } from "@nats-io/transport-node";
import { planStream } from "./plan.ts";

const refusal = (err_code: number, description: string) =>
  new JetStreamApiError({ code: 400, err_code, description } as never);
const noPeers = () => refusal(10005, "no suitable peers for placement");

/** What a server without the stream answers to the requests that make it, one after the other; then it is made. */
function given(...answers: Error[]) {
  const seen = { asked: 0 };
  const streamsOfIt = {
    info: async () => Promise.reject(refusal(10059, "stream not found")),
    add: async () => {
      seen.asked += 1;
      const answer = answers.shift();
      if (answer) throw answer;
    },
  };
  return { seen, jsm: { streams: streamsOfIt } as unknown as JetStreamManager };
}

async function making(jsm: JetStreamManager) {
  const [step] = await planStream(jsm, streams.MAILBOX, 3);
  assert.equal(step?.does, "make");
  await step?.run?.();
}

test("a cluster that is coming up is asked again", async () => {
  const { jsm, seen } = given(noPeers(), refusal(10008, "temporarily unavailable"), new errors.TimeoutError());
  await making(jsm);
  assert.equal(seen.asked, 4);
});

test("any other refusal is one", async () => {
  const { jsm, seen } = given(refusal(10047, "insufficient storage resources available"));
  await assert.rejects(making(jsm), /insufficient storage/);
  assert.equal(seen.asked, 1);
});
