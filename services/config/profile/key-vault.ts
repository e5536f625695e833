import { ProblemError, type ProfileSettings } from "@mailfleet/contracts";
import { keyVaultProblems } from "@mailfleet/oauth";
import type { ProfileSecrets } from "./secrets.ts";

/** Refuses a certificate in a key vault that the application of these settings cannot use. @throws ProblemError INVALID */
export function refuseVaults({ oauth }: ProfileSettings, secrets: ProfileSecrets): void {
  const problems = (["oauthSecret", "nextOauthSecret"] as const).flatMap((name) => {
    const vault = secrets[name]?.keyVault;
    if (!oauth || !vault) return [];
    return keyVaultProblems(oauth, vault).map(({ pointer, reason }) => ({
      pointer: `/${name}/keyVault${pointer}`,
      reason,
    }));
  });
  if (problems.length === 0) return;
  const words = problems.map(({ pointer, reason }) => `${pointer} ${reason}`).join("; ");
  throw new ProblemError("INVALID", words, { errors: problems });
}
