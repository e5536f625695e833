import { createPrivateKey } from "node:crypto";
import { type ProblemCode, ProblemError, type ServiceAccountShown } from "@mailfleet/contracts";

/** Larger than any real key file. */
const maximumCharacters = 20_000;
const remedy =
  "In the Google Cloud console open IAM & Admin, Service accounts, the account, Keys, and make a new key of type JSON.";

/** A service account's key file, including the key that signs. */
export interface ServiceAccountKey extends ServiceAccountShown {
  readonly privateKey: string;
}

/**
 * What can be shown of a service account's JSON key. Throws `ProblemError` KEY_UNREADABLE, KEY_OF_ANOTHER_KIND,
 * KEY_OF_ANOTHER_PROJECT or KEY_WITHOUT_CLIENT_EMAIL, which contain nothing of the key.
 */
export function readServiceAccountKey(text: string, expectedProject?: string): ServiceAccountShown {
  const { privateKey: _, ...shown } = parseServiceAccountKey(text);
  if (expectedProject && shown.projectId !== expectedProject)
    throw refuse(
      "KEY_OF_ANOTHER_PROJECT",
      `The key belongs to the project ${shown.projectId || "(none named)"}, the profile names ${expectedProject}.`,
      "Use a key of a service account in that project, or correct the project in the profile.",
    );
  return shown;
}

/** The whole key. Throws like `readServiceAccountKey`. */
export function parseServiceAccountKey(text: string): ServiceAccountKey {
  const json = parseObject(text);
  const field = (name: string, limit = 200) => {
    const value = json[name];
    return typeof value === "string" ? value.slice(0, limit) : "";
  };
  const type = field("type", 50);
  if (type !== "service_account") throw refuse("KEY_OF_ANOTHER_KIND", kindOf(json, type));
  const clientEmail = field("client_email", 500);
  if (!/^[^\s@]+@[^\s@]+$/.test(clientEmail))
    throw refuse("KEY_WITHOUT_CLIENT_EMAIL", "The key has no client_email: it is incomplete.");
  const privateKey = field("private_key", maximumCharacters);
  if (!isRsaKey(privateKey))
    throw refuse("KEY_UNREADABLE", "The field private_key holds no RSA key: it was cut off or changed.");
  return {
    clientEmail,
    projectId: field("project_id"),
    keyId: field("private_key_id"),
    clientId: field("client_id"),
    privateKey,
  };
}

function parseObject(text: string): Record<string, unknown> {
  const trimmed = text.replace(/^\uFEFF/, "").trim();
  if (trimmed.length > maximumCharacters) throw refuse("KEY_UNREADABLE", "The file is too large to be a key.");
  if (/-----BEGIN [A-Z ]+-----/.test(trimmed.slice(0, 200)) && !trimmed.startsWith("{"))
    throw refuse("KEY_OF_ANOTHER_KIND", "This is a PEM file. Send the JSON key of a service account.");
  const json = parseJson(trimmed);
  if (json && typeof json === "object" && !Array.isArray(json)) return json as Record<string, unknown>;
  throw refuse(
    "KEY_UNREADABLE",
    trimmed.startsWith("{") ? "The file is not valid JSON: it was cut off or changed." : "The file is not JSON.",
  );
}

/** JSON.parse quotes the text in its error, and this text is a private key. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function kindOf(json: Record<string, unknown>, type: string): string {
  if ("web" in json || "installed" in json)
    return "This is the file of an OAuth client, not the key of a service account.";
  if (type === "authorized_user") return "This is a person's own credentials, not the key of a service account.";
  if (type === "external_account")
    return "This is a workload identity configuration, not the key of a service account.";
  return "The file is not the key of a service account.";
}

function isRsaKey(pem: string): boolean {
  try {
    return createPrivateKey(pem).asymmetricKeyType === "rsa";
  } catch {
    return false;
  }
}

function refuse(code: ProblemCode, detail: string, what = remedy): ProblemError {
  return new ProblemError(code, detail, { remedy: what });
}
