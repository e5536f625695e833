import { createPublicKey, generateKeyPairSync, type KeyObject, randomBytes, randomInt } from "node:crypto";
import { watchSecret } from "../../testing/kept-output.ts";

/** The file that Google's console offers for download when a key of a service account is made. */
export interface ServiceAccountKeyJson {
  readonly type: "service_account";
  readonly project_id: string;
  readonly private_key_id: string;
  /** PEM, PKCS #8. */
  readonly private_key: string;
  readonly client_email: string;
  /** The number that an administrator enters for domain-wide delegation. */
  readonly client_id: string;
  readonly auth_uri: string;
  readonly token_uri: string;
  readonly universe_domain: "googleapis.com";
}

/** A service account as the token endpoint knows it. */
export interface ServiceAccount {
  readonly email: string;
  readonly clientId: string;
  readonly keyId: string;
  readonly publicKey: KeyObject;
}

/** Makes a service account and its key file, which exists only once. */
export function makeServiceAccount(
  projectId: string,
  endpoints: { authorization: string; token: string },
): { account: ServiceAccount; keyFile: ServiceAccountKeyJson } {
  const { publicKey, privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const pem = privateKey.export({ type: "pkcs8", format: "pem" }).toString();
  watchSecret(...pem.split("\n").slice(1, -2));
  const keyFile: ServiceAccountKeyJson = {
    type: "service_account",
    project_id: projectId,
    private_key_id: randomBytes(20).toString("hex"),
    private_key: pem,
    client_email: `mail-${randomBytes(3).toString("hex")}@${projectId}.iam.gserviceaccount.com`,
    client_id: `1${Array.from({ length: 20 }, () => randomInt(10)).join("")}`,
    auth_uri: endpoints.authorization,
    token_uri: endpoints.token,
    universe_domain: "googleapis.com",
  };
  return {
    keyFile,
    account: {
      email: keyFile.client_email,
      clientId: keyFile.client_id,
      keyId: keyFile.private_key_id,
      publicKey: createPublicKey(publicKey.export({ type: "spki", format: "pem" })),
    },
  };
}
