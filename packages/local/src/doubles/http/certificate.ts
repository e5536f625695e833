import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { tempDir } from "../../testing/start-engines.ts";

const run = promisify(execFile);

/** PEM texts of a server's key and self-made certificate. */
export interface Certificate {
  readonly key: string;
  readonly certificate: string;
}

const algorithms = {
  ec: ["ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"],
  rsa: ["rsa:2048"],
} as const;

/** A self-signed certificate for 127.0.0.1 and localhost: clients must trust it explicitly. Needs `openssl`. */
export async function makeCertificate(
  algorithm: keyof typeof algorithms = "ec",
  names: readonly string[] = [],
): Promise<Certificate> {
  const folder = await tempDir("certificate");
  const keyFile = join(folder.path, "key.pem");
  const certificateFile = join(folder.path, "certificate.pem");
  try {
    await run("openssl", [
      ...["req", "-x509", "-newkey", ...algorithms[algorithm], "-nodes", "-days", "30"],
      ...[
        "-subj",
        "/CN=localhost",
        "-addext",
        `subjectAltName=${["localhost", ...names].map((name) => `DNS:${name}`).join()},IP:127.0.0.1`,
      ],
      ...["-keyout", keyFile, "-out", certificateFile],
    ]);
    return { key: await readFile(keyFile, "utf8"), certificate: await readFile(certificateFile, "utf8") };
  } finally {
    await folder.remove();
  }
}
