/** An account of the double's directory. */
export interface EwsAccount {
  readonly address: string;
  password: string;
  /** `DOMAIN\user`; made from the address if absent. */
  readonly login?: string;
  /** May act for every mailbox by impersonation. */
  impersonates?: boolean;
  /** False: the account may sign in and has no mailbox. */
  readonly mailbox?: boolean;
}

/** The NetBIOS name of the directory's domain. */
export const ntDomain = "EXAMPLE";

const parts = ({ address, login }: EwsAccount) => {
  const [domain = ntDomain, user = ""] = (login ?? `${ntDomain}\\${address.split("@")[0]}`).split("\\");
  return { domain: domain.toLowerCase(), user: user.toLowerCase() };
};

/** The account that signs in by this name: address, `DOMAIN\user`, or the user's name alone. */
export function accountOf(accounts: readonly EwsAccount[], name: string, domain = ""): EwsAccount | undefined {
  const [before, after] = name.toLowerCase().split("\\");
  const [givenDomain, user] = after === undefined ? [domain.toLowerCase(), before] : [before, after];
  return accounts.find((account) => {
    const known = parts(account);
    if (user === account.address.toLowerCase()) return true;
    return user === known.user && (givenDomain === "" || givenDomain === known.domain);
  });
}
