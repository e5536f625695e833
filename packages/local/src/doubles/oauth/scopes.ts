const google = "https://www.googleapis.com/auth";
const outlookNames = [
  ...["IMAP.AccessAsUser.All", "POP.AccessAsUser.All", "SMTP.Send", "Mail.Send", "Mail.ReadWrite"],
  ...["IMAP.AccessAsApp", "POP.AccessAsApp", "SMTP.SendAsApp", ".default"],
];

/**
 * The scopes that the double knows, as the providers spell them. Google answers `invalid_scope` to others; a scope that
 * is nearly right must not work here either.
 */
export const knownScopes: readonly string[] = [
  ...["openid", "email", "profile", "offline_access"],
  "https://mail.google.com/",
  ...["readonly", "modify", "send", "compose", "insert", "labels", "metadata"].map((name) => `${google}/gmail.${name}`),
  ...[`${google}/gmail.settings.basic`, `${google}/gmail.settings.sharing`],
  ...[`${google}/userinfo.email`, `${google}/userinfo.profile`],
  ...outlookNames.flatMap((name) => [`https://outlook.office.com/${name}`, `https://outlook.office365.com/${name}`]),
  ...[".default", "Mail.Send", "Mail.Read", "Mail.ReadWrite", "User.Read"].map(
    (name) => `https://graph.microsoft.com/${name}`,
  ),
  // An organisation's own Exchange is a resource by its host: here the double.
  "https://127.0.0.1/.default",
  "https://vault.azure.net/.default",
  // Graph's scopes may be written without their resource.
  ...["Mail.Send", "Mail.Read", "Mail.ReadWrite", "User.Read"],
];
