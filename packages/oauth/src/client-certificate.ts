import { createPrivateKey, type KeyObject, X509Certificate } from "node:crypto";
import { ProblemError } from "@mailfleet/contracts";

const shortestKeyBits = 2048;
const remedy =
  "Send one PEM text with the certificate that you uploaded at the provider and its private key: RSA, without a password.";
const renew = "Make a new certificate, upload it at the provider, and send it with its private key.";
/** A certificate with all that signed it has a few. */
const mostCertificates = 20;

/** Clocks differ, and a certificate is often made a moment before it is sent. */
const CLOCK_SLACK_MS = 5 * 60_000;

/**
 * What we show of a client's certificate: its SHA-256 as base64url (`x5t#S256`, RFC 7515 §4.1.8) and when it expires,
 * in milliseconds since the epoch. Of several it is the one that the key belongs to. Throws `ProblemError`
 * CERTIFICATE_UNUSABLE, which contains nothing of the key.
 */
export function readClientCertificate(pem: string, now = Date.now()): { thumbprint: string; expiresAt: number } {
  const certificates = readCertificates(pem);
  const key = clientPrivateKey(pem);
  const certificate = certificates.find((one) => one.checkPrivateKey(key)) ?? (certificates[0] as X509Certificate);
  const [from, to] = [Date.parse(certificate.validFrom), Date.parse(certificate.validTo)];
  if (now >= to) throw unusable(`The certificate expired on ${dateOf(to)}.`, renew);
  if (now < from - CLOCK_SLACK_MS) throw unusable(`The certificate is not valid before ${dateOf(from)}.`, renew);
  if (key.asymmetricKeyType !== "rsa" || (key.asymmetricKeyDetails?.modulusLength ?? 0) < shortestKeyBits)
    throw unusable(`The private key must be RSA with at least ${shortestKeyBits} bits.`);
  if (!certificate.checkPrivateKey(key)) throw unusable("The private key does not match the certificate.");
  const thumbprint = Buffer.from(certificate.fingerprint256.replaceAll(":", ""), "hex").toString("base64url");
  return { thumbprint, expiresAt: to };
}

/** The private key that comes with a certificate. Throws `ProblemError` CERTIFICATE_UNUSABLE. */
export function clientPrivateKey(pem: string): KeyObject {
  if (/-----BEGIN ENCRYPTED PRIVATE KEY-----|Proc-Type: 4,ENCRYPTED/.test(pem))
    throw unusable("The private key is protected with a password.");
  const [part] = [...blocksOf(pem, "PRIVATE KEY", 1), ...blocksOf(pem, "RSA PRIVATE KEY", 1)];
  if (!part) throw unusable("The text contains no private key.");
  try {
    return createPrivateKey(part);
  } catch {
    throw unusable("The private key cannot be read: it was cut off or changed.");
  }
}

function readCertificates(pem: string): X509Certificate[] {
  const found = blocksOf(pem, "CERTIFICATE", mostCertificates);
  if (found.length === 0) throw unusable("The text contains no certificate.");
  try {
    return found.map((part) => new X509Certificate(part));
  } catch {
    throw unusable("The certificate cannot be read: it was cut off or changed.");
  }
}

/** The first blocks of this label (RFC 7468 §2). Each character is looked at once, whatever the text holds. */
function blocksOf(pem: string, label: string, most: number): string[] {
  const [begin, end] = [`-----BEGIN ${label}-----`, `-----END ${label}-----`];
  const blocks: string[] = [];
  for (let at = pem.indexOf(begin); at >= 0 && blocks.length < most; at = pem.indexOf(begin, at)) {
    const close = pem.indexOf(end, at);
    if (close < 0) break;
    blocks.push(pem.slice(at, close + end.length));
    at = close + end.length;
  }
  return blocks;
}

const dateOf = (at: number) => new Date(at).toISOString().slice(0, 10);

function unusable(detail: string, what = remedy): ProblemError {
  return new ProblemError("CERTIFICATE_UNUSABLE", detail, { remedy: what });
}
