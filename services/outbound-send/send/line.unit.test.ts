import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Line } from "./line.ts";

/** Lets everything that is ready to go on do so. */
const settled = () => new Promise((resolve) => setImmediate(resolve));

describe("a line", () => {
  it("lets in as many as there are places, in their order", async () => {
    let places = 1;
    const line = new Line(() => places);
    const inside: string[] = [];
    const enter = (name: string) =>
      line.enter().then((leave) => {
        inside.push(name);
        return leave;
      });
    const [first, second, third] = [enter("first"), enter("second"), enter("third")];
    await settled();
    assert.deepEqual(inside, ["first"]);
    (await first)();
    await settled();
    assert.deepEqual(inside, ["first", "second"]);
    places = 2;
    line.admit();
    await settled();
    assert.deepEqual(inside, ["first", "second", "third"]);
    (await second)();
    (await third)();
    assert.ok(line.isIdle);
  });

  it("keeps nobody who comes after it was dismissed", async () => {
    const line = new Line(() => 0);
    const waiting = line.enter();
    line.dismiss();
    (await waiting)();
    (await line.enter())();
    assert.ok(line.isIdle);
  });

  it("takes a place back once, however often it is given", async () => {
    const line = new Line(() => 1);
    const leave = await line.enter();
    leave();
    leave();
    const again = await line.enter();
    let third = false;
    void line.enter().then(() => {
      third = true;
    });
    await settled();
    assert.equal(third, false);
    again();
    await settled();
    assert.equal(third, true);
  });
});
