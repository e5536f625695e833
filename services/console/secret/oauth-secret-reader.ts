import { readClientCertificate, readServiceAccountKey } from "@mailfleet/oauth";
import type { OAuthSecretReader } from "../ports.ts";

/** The checks of `@mailfleet/oauth`, as the console's handlers use them. What is sealed is the text as it was sent. */
export const oauthSecretReader: OAuthSecretReader = {
  serviceAccountKey: async (text, projectId) => {
    const { clientEmail, projectId: project, keyId, clientId } = readServiceAccountKey(text, projectId);
    return { text, shown: { clientEmail, projectId: project, keyId, clientId } };
  },
  clientCertificate: async (pem) => {
    const { thumbprint, expiresAt } = readClientCertificate(pem);
    return { text: pem, thumbprint, expiresAt };
  },
};
