import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { mayHaveArrived, unreachedBecause } from "./reach.ts";

const failed = (code: string, message = "low words") =>
  Object.assign(new TypeError("fetch failed"), { cause: Object.assign(new Error(message), { code }) });
const late = new DOMException("aborted", "TimeoutError");

describe("why a console is not reached", () => {
  for (const [error, words, arrived] of [
    [failed("ECONNREFUSED"), "nothing listens there", false],
    [failed("ENOTFOUND"), "there is no host of this name", false],
    [failed("ECONNRESET"), "the connection was closed before an answer came", true],
    [failed("EPIPE"), "the connection was closed before an answer came", true],
    [failed("ERR_SSL_WRONG_VERSION_NUMBER"), "it does not speak TLS; does the address begin with", false],
    [failed("HPE_INVALID_CONSTANT"), "what answers there is not a web server", false],
    [failed("SELF_SIGNED_CERT_IN_CHAIN"), "its certificate is not trusted; name", false],
    [failed("EHOSTUNREACH", "no route to host"), "no route to host", false],
    [late, "it did not answer in time", true],
  ] as const)
    it(words, () => {
      assert.ok(unreachedBecause(error).startsWith(words));
      assert.equal(mayHaveArrived(error), arrived);
    });
});
