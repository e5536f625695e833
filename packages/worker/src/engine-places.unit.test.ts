import assert from "node:assert/strict";
import { test } from "node:test";
import { enginePlaces } from "./engine-places.ts";

test("the engines that addresses name, with the ports that they have unless they say so", () => {
  assert.deepEqual(
    enginePlaces("nats://user:p@ss@n1:4333,n2,[::1]:4444", "mongodb://u:p@m1:27018,m2/db?replicaSet=rs0"),
    [
      { host: "n1", port: 4333 },
      { host: "n2", port: 4222 },
      { host: "[::1]", port: 4444 },
      { host: "m1", port: 27_018 },
      { host: "m2", port: 27_017 },
    ],
  );
  assert.deepEqual(enginePlaces("mongodb+srv://cluster.example.test/"), []);
});
