import { createPrivateKey } from "node:crypto";
import { type ProblemCode, ProblemError, type ServiceAccountShown } from "@mailfleet/contracts";

/** Larger than any key file there is. */
const maximumCharacters = 20_000;
const remedy =
  "In the Google Cloud console open IAM & Admin, Service accounts, the account, Keys, and make a new key of type JSON.";

/** A key file of a service account, with what signs. */
export interface ServiceAccountKey extends ServiceAccountShown {
  readonly privateKey: string;
}

/**
 * What can be shown of a service account's JSON key. Throws `ProblemError` KEY_UNREADABLE, KEY_OF_ANOTHER_KIND,
 * KEY_OF_ANOTHER_PROJECT or KEY_WITHOUT_CLIENT_EMAIL; nothing of the key is in it.
 */
export function readServiceAccountKey(text: string, expectedProject?: string): ServiceAccountShown {
  const { privateKey: _, ...shown } = parseServiceAccountKey(text);
  if (expectedProject && shown.projectId !== expectedProject)
    throw refuse(
      "KEY_OF_ANOTHER_PROJECT",
      `The key belongs to the project ${shown.projectId || "(none named)"}, the profile names ${expectedProject}.`,
      "Take a key of a service account of that project, or correct the project in the profile.",
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
    throw refuse("KEY_WITHOUT_CLIENT_EMAIL", "The key names no client_email: it is not whole.");
  const privateKey = field("private_key", maximumCharacters);
  if (!isRsaKey(privateKey))
    throw refuse("KEY_UNREADABLE", "The field private_key holds no RSA key: it was cut off or changed on its way.");
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
    throw refuse("KEY_OF_ANOTHER_KIND", "This is a PEM file; the JSON key of a service account is wanted.");
  const json = parseJson(trimmed);
  if (json && typeof json === "object" && !Array.isArray(json)) return json as Record<string, unknown>;
  throw refuse(
    "KEY_UNREADABLE",
    trimmed.startsWith("{") ? "The file is cut off or changed: it is no JSON." : "The file is no JSON.",
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
    return "This is the file of an OAuth client, not that of a service account.";
  if (type === "authorized_user") return "This is a person's own credentials, not the key of a service account.";
  if (type === "external_account")
    return "This is a configuration of workload identity, not the key of a service account.";
  return "The file does not say that it is the key of a service account.";
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
