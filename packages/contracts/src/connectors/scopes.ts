/** Google's one scope for IMAP, POP3 and SMTP together. */
export const allGoogleMail = "https://mail.google.com/";

/** The resource that Microsoft's scopes for IMAP, POP3 and SMTP belong to. */
export const outlook = "https://outlook.office.com";
