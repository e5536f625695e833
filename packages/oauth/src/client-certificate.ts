import { createPrivateKey, type KeyObject, X509Certificate } from "node:crypto";
import { ProblemError } from "@mailfleet/contracts";

const shortestKeyBits = 2048;
const remedy =
  "Send one PEM text with the certificate that was uploaded at the provider and its private key, RSA, without a password.";
const certificatePart = /-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/;
const keyPart = /-----BEGIN (?:RSA )?PRIVATE KEY-----[\s\S]+?-----END (?:RSA )?PRIVATE KEY-----/;

/**
 * What is shown of a client's certificate: its SHA-256 as base64url (`x5t#S256`, RFC 7515 §4.1.8) and its end,
 * milliseconds since the epoch. Throws `ProblemError` CERTIFICATE_UNUSABLE; nothing of the key is in it.
 */
export function readClientCertificate(pem: string): { thumbprint: string; expiresAt: number } {
  const certificate = readCertificate(pem);
  const key = clientPrivateKey(pem);
  if (key.asymmetricKeyType !== "rsa" || (key.asymmetricKeyDetails?.modulusLength ?? 0) < shortestKeyBits)
    throw unusable(`The private key must be RSA with at least ${shortestKeyBits} bits.`);
  if (!certificate.checkPrivateKey(key)) throw unusable("Certificate and private key do not belong together.");
  const thumbprint = Buffer.from(certificate.fingerprint256.replaceAll(":", ""), "hex").toString("base64url");
  return { thumbprint, expiresAt: Date.parse(certificate.validTo) };
}

/** The private key beside a certificate. Throws `ProblemError` CERTIFICATE_UNUSABLE. */
export function clientPrivateKey(pem: string): KeyObject {
  if (/-----BEGIN ENCRYPTED PRIVATE KEY-----|Proc-Type: 4,ENCRYPTED/.test(pem))
    throw unusable("The private key is protected with a password.");
  const part = keyPart.exec(pem)?.[0];
  if (!part) throw unusable("There is no private key in it.");
  try {
    return createPrivateKey(part);
  } catch {
    throw unusable("The private key cannot be read: it was cut off or changed on its way.");
  }
}

function readCertificate(pem: string): X509Certificate {
  const part = certificatePart.exec(pem)?.[0];
  if (!part) throw unusable("There is no certificate in it.");
  try {
    return new X509Certificate(part);
  } catch {
    throw unusable("The certificate cannot be read: it was cut off or changed on its way.");
  }
}

function unusable(detail: string): ProblemError {
  return new ProblemError("CERTIFICATE_UNUSABLE", detail, { remedy });
}
