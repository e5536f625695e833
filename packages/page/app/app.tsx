import { useEffect } from "preact/hooks";
import { Fleet } from "./fleet/fleet.tsx";
import { type Language, languages, speak, speaking, t, type Words } from "./i18n/i18n.ts";
import { Import } from "./import/import.tsx";
import { Incidents } from "./incidents/incidents.tsx";
import { JobPage, Jobs } from "./jobs/jobs.tsx";
import { isLive } from "./live.ts";
import { FindMail } from "./mail/find-mail.tsx";
import { MailboxPage } from "./mailbox/mailbox-page.tsx";
import { Mailboxes } from "./mailboxes/mailboxes.tsx";
import { People } from "./people/people.tsx";
import { ProfilePage } from "./profiles/profile-page.tsx";
import { NewProfile, Profiles } from "./profiles/profiles.tsx";
import { addressOf, place } from "./router.ts";
import { mayAdminister, session, signOut } from "./session/session.ts";
import { SignIn } from "./session/sign-in.tsx";
import { SettingsPage } from "./settings/settings.tsx";
import { SaidHere } from "./ui/said.tsx";

const rooms: readonly { readonly path: string; readonly name: Words }[] = [
  { path: "", name: "nav.fleet" },
  { path: "mailboxes", name: "nav.mailboxes" },
  { path: "incidents", name: "nav.incidents" },
  { path: "jobs", name: "nav.jobs" },
  { path: "mail", name: "nav.mail" },
  { path: "profiles", name: "nav.profiles" },
  { path: "people", name: "nav.people" },
  { path: "settings", name: "nav.settings" },
];

/** Tokens and the audit are shown to administrators only. */
const mayEnter = ({ path }: { path: string }) => path !== "people" || mayAdminister();

function Room() {
  const [room = "", id] = place.value.parts;
  if (room === "") return <Fleet />;
  if (room === "mailboxes") return id ? <MailboxPage key={id} id={id} /> : <Mailboxes />;
  if (room === "import") return <Import />;
  if (room === "incidents") return <Incidents />;
  if (room === "jobs") return id ? <JobPage key={id} id={id} /> : <Jobs />;
  if (room === "mail") return <FindMail />;
  if (room === "profiles") {
    if (id === "new") return <NewProfile />;
    return id ? <ProfilePage key={id} id={id} /> : <Profiles />;
  }
  if (room === "people") return <People />;
  if (room === "settings") return <SettingsPage />;
  return (
    <main>
      <h1>{t("nowhere")}</h1>
      <p>
        <a href={addressOf("")}>{t("nav.fleet")}</a>
      </p>
    </main>
  );
}

function LanguageChoice() {
  return (
    <label class="language">
      <span class="hidden">{t("language")}</span>
      <select
        value={speaking.value.language}
        onChange={(event) => void speak((event.target as HTMLSelectElement).value as Language)}
      >
        {Object.entries(languages).map(([tag, name]) => (
          <option key={tag} value={tag} lang={tag}>
            {name}
          </option>
        ))}
      </select>
    </label>
  );
}

/** The whole page: who is signed in, where to go, and the room that the address names. */
export function App() {
  const [room = ""] = place.value.parts;
  const now = session.value;
  const title = t(room === "import" ? "import" : (rooms.find(({ path }) => path === room)?.name ?? "nav.fleet"));
  useEffect(() => {
    document.title = `${title} · Mailfleet`;
  }, [title]);
  if (now === undefined) return null;
  return (
    <>
      <a class="skip" href="#main">
        {t("skip")}
      </a>
      <header>
        <span class="product">Mailfleet</span>
        {now && (
          <nav aria-label={t("nav.name")}>
            {rooms.filter(mayEnter).map(({ path, name }) => (
              <a key={path} href={addressOf(path)} aria-current={path === room ? "page" : undefined}>
                {t(name)}
              </a>
            ))}
          </nav>
        )}
        <div class="end">
          {isLive.value !== null && (
            <span class={isLive.value ? "live" : "live off"} title={t(isLive.value ? "live.on" : "live.off")}>
              {t(isLive.value ? "live" : "live.waiting")}
            </span>
          )}
          <LanguageChoice />
          {now && (
            <button type="button" class="quiet" onClick={() => void signOut()} title={now.name}>
              {t("signOut")}
            </button>
          )}
        </div>
      </header>
      <div id="main" tabIndex={-1}>
        {now ? (
          <>
            <SaidHere />
            <Room />
          </>
        ) : (
          <SignIn />
        )}
      </div>
    </>
  );
}
