import "./style.css";
import "./icon.svg";
import { render } from "preact";
import { App } from "./app.tsx";
import { speak, usualLanguage } from "./i18n/i18n.ts";
import { findSession } from "./session/session.ts";

await Promise.all([findSession(), speak(usualLanguage()).catch(() => {})]);
render(<App />, document.getElementById("app")!);
