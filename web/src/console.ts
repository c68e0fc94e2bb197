// SPDX-License-Identifier: Apache-2.0
// What every page loads: the look, htmx, the keys, menus and the theme switch. Islands load by themselves.
import "@tabler/core/dist/css/tabler.min.css";
import "@fontsource-variable/noto-sans-sc/index.css";
import "./style/tokens.css";
import "./style/frame.css";
import "./style/parts.css";
import "./style/tables.css";
import "./style/loads.css";
import "./style/ledger.css";
import "./style/files.css";
import "./style/alarms.css";
import "./style/states.css";
import "./style/streams.css";
import "./style/standards.css";
import "./style/campaigns.css";
import "./style/plans.css";
import "./style/cases.css";
import "./style/board.css";
import "./style/learning.css";
import htmx from "htmx.org";
import { listenToKeys } from "./parts/keys";
import { listenToMenus } from "./parts/menus";
import { listenToTheme } from "./parts/theme-switch";
import { listenToForms } from "./parts/forms";
import { listenToUpload } from "./parts/upload";
import { listenToFiles } from "./parts/files";
import { listenToConnection } from "./parts/connection";

// No eval and no style element: the content security policy forbids both.
htmx.config.allowEval = false;
htmx.config.includeIndicatorStyles = false;
htmx.config.historyCacheSize = 0;

listenToTheme();
listenToMenus();
listenToKeys();
listenToForms();
listenToUpload();
listenToFiles();
listenToConnection();
