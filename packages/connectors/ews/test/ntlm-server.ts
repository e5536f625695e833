import { createHmac, randomBytes } from "node:crypto";
import type { IncomingMessage } from "node:http";
import { ntlmKey } from "../src/ntlm.ts";
import { messageIn } from "../src/spnego.ts";

/** What is offered instead of a proper challenge. */
export type NtlmTrouble = "v1" | "garbage" | "kerberos" | "none";

const targetInfo = Buffer.from("02000c0044006f006d00610069006e0000000000", "hex");

/** A server's side of NTLMv2, for each connection, with its own reading of the third message: proof and MIC are checked. */
export function ntlmServer(account: { readonly user: string; readonly password: string }) {
  const challenges = new WeakMap<object, { negotiate: Buffer; challenge: Buffer }>();
  const signedIn = new WeakSet<object>();
  const seen: string[] = [];
  let trouble: NtlmTrouble | null = null;
  const key = ntlmKey(account);
  const hmac = (secret: Buffer, ...parts: Buffer[]) => createHmac("md5", secret).update(Buffer.concat(parts)).digest();

  function proves(message: Buffer, { negotiate, challenge }: { negotiate: Buffer; challenge: Buffer }): boolean {
    const at = message.readUInt32LE(24);
    const response = message.subarray(at, at + message.readUInt16LE(20));
    const proof = hmac(key, challenge.subarray(24, 32), response.subarray(16));
    if (!proof.equals(response.subarray(0, 16))) return false;
    const without = Buffer.from(message);
    without.fill(0, 72, 88);
    return hmac(hmac(key, proof), negotiate, challenge, without).equals(message.subarray(72, 88));
  }

  return {
    seen,
    set(next: NtlmTrouble | null) {
      trouble = next;
    },
    /** `null`: signed in. Else what `WWW-Authenticate` says. */
    judge({ socket, headers }: IncomingMessage): readonly string[] | null {
      if (signedIn.has(socket) && !headers.authorization) return null;
      const [scheme = "", token = ""] = (headers.authorization ?? "").split(" ");
      if (scheme !== "NTLM" && scheme !== "Negotiate") return ["Negotiate", "NTLM"];
      const bytes = Buffer.from(token, "base64");
      const message = messageIn(bytes) ?? bytes;
      seen.push(`${scheme} ${message.readUInt32LE(8)}`);
      if (message.readUInt32LE(8) === 3) {
        const asked = challenges.get(socket);
        if (!asked || !proves(message, asked)) return ["Negotiate", "NTLM"];
        signedIn.add(socket);
        return null;
      }
      const challenge = Buffer.concat([Buffer.from("NTLMSSP\0"), Buffer.alloc(48), targetInfo]);
      challenge.writeUInt32LE(2, 8);
      challenge.writeUInt32LE(trouble === "v1" ? 0xe2028235 : 0xe28a8235, 20);
      randomBytes(8).copy(challenge, 24);
      challenge.writeUInt16LE(targetInfo.length, 40);
      challenge.writeUInt32LE(56, 44);
      challenges.set(socket, { negotiate: message, challenge });
      if (trouble === "none") return [scheme];
      if (trouble === "garbage") return [`${scheme} AAAA`];
      if (trouble === "kerberos") return [`${scheme} ${Buffer.from("a1073005a0030a0100", "hex").toString("base64")}`];
      return [`${scheme} ${challenge.toString("base64")}`];
    },
  };
}
