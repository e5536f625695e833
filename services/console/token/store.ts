import type { Role, SignedInBy } from "@mailfleet/contracts";
import { byTime, type Page, type PageInput, readPage } from "@mailfleet/kit";
import { type Collection, findPage, isDuplicateKey, type Store } from "@mailfleet/store";
import { collections } from "../collections.ts";

/** What is known of a session beside its token. */
export interface SessionFacts {
  readonly by: SignedInBy;
  /** The address from which it began. */
  readonly from: string;
  /** The token that was given: the session ends with it, and its commands are that token's. */
  readonly tokenId?: string;
  /** Who signed in at the organisation's provider, as the provider knows them. */
  readonly subject?: string;
}

/** A bearer token as it is kept: only its hash, never the token. */
export interface StoredToken {
  readonly id: string;
  readonly name: string;
  readonly role: Role;
  /** The mailboxes of an `owner`; absent for every other role. */
  readonly mailboxIds?: readonly string[];
  /** Of each of these mailboxes the number of its ownership when the token was made: another one ends it there. */
  readonly ownerships?: Readonly<Record<string, number>>;
  /** The only part of the fleet that exists for it: mailboxes of these profiles, and of these domains. */
  readonly profileIds?: readonly string[];
  readonly domains?: readonly string[];
  /** The only operations it is for, of those that its role may use. */
  readonly only?: readonly string[];
  /** A session: only the cookie of one browser has this token. */
  readonly session?: SessionFacts;
  /** Refused from then on, and removed soon after. Milliseconds since the epoch; absent: good until it is deleted. */
  readonly expiresAt?: number;
  /** SHA-256 of the token, hexadecimal. The token has 256 random bits, so a slow hash would add nothing. */
  readonly hash: string;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
  readonly lastUsedAt: number | null;
}

/** A page of tokens or sessions, as it is asked for. */
export type TokenPage = PageInput & { readonly sort?: string };

/** `expireAt` repeats `expiresAt` as a date, which is what an index that removes needs. */
type TokenDocument = Omit<StoredToken, "id"> & { _id: string; expireAt?: Date };

const stored = ({ _id, expireAt: _, ...rest }: TokenDocument): StoredToken => ({ id: _id, ...rest });

/** Every request asks first whose token it has, and hears before its own time limit that the database does not answer. */
const patienceMs = 5000;

/** The tokens of the HTTP API; `console` owns them. */
export function createTokenRepository(store: Store) {
  const tokens: Collection<TokenDocument> = store.db.collection<TokenDocument>(collections.tokens.name);
  return {
    /** `false` if a token with this id or hash exists already; nothing is changed then. */
    insert: async ({ id, ...rest }: StoredToken) => {
      try {
        const expireAt = rest.expiresAt === undefined ? {} : { expireAt: new Date(rest.expiresAt) };
        await tokens.insertOne({ _id: id, ...rest, ...expireAt });
        return true;
      } catch (error) {
        if (isDuplicateKey(error)) return false;
        throw error;
      }
    },
    findByHash: async (hash: string) => {
      const found = await tokens.findOne({ hash }, { timeoutMS: patienceMs });
      return found && stored(found);
    },
    get: async (id: string) => {
      const found = await tokens.findOne({ _id: id });
      return found && stored(found);
    },
    /** Tokens or sessions, by id or as `sort` says: `name`, `-createdAt`. */
    list: <Shown>(
      input: TokenPage,
      which: "tokens" | "sessions",
      show: (token: StoredToken) => Shown,
    ): Promise<Page<Shown>> =>
      readPage(
        input,
        {
          filter: { session: { $exists: which === "sessions" } },
          sort: input.sort === undefined ? [["_id", 1]] : byTime(input.sort.replace("-", ""), input.sort),
        },
        (query) => findPage(tokens, query),
        (found) => found.map((one) => show(stored(one))),
      ),
    /** Of those that do not expire; counts at most to 2, which is all that "is it the last one?" needs. */
    countAdministrators: () =>
      tokens.countDocuments({ role: "administrator", expireAt: { $exists: false } }, { limit: 2 }),
    /** With the sessions that were begun with it. `false` if there was none. */
    remove: async (id: string) => {
      const { deletedCount } = await tokens.deleteOne({ _id: id });
      await tokens.deleteMany({ "session.tokenId": id });
      return deletedCount === 1;
    },
    /** Tokens of this mailbox alone go, others lose it; how many went. */
    eraseMailbox: async (mailboxId: string) => {
      const { deletedCount } = await tokens.deleteMany({ mailboxIds: [mailboxId] });
      await tokens.updateMany(
        { mailboxIds: mailboxId },
        { $pull: { mailboxIds: mailboxId } as never, $unset: { [`ownerships.${mailboxId}`]: "" } },
      );
      return deletedCount;
    },
    touch: async (id: string, at: number) => {
      await tokens.updateOne({ _id: id }, { $max: { lastUsedAt: at } });
    },
  };
}
export type TokenRepository = ReturnType<typeof createTokenRepository>;
