// SPDX-License-Identifier: Apache-2.0
// The desk's alarm list and page: kept fresh, worked by keyboard, and heard.
import { keepFresh } from "./fresh";
import { listenToAlarmKeys } from "./keys";
import { keepSounding } from "./sound";

keepFresh();
listenToAlarmKeys();
keepSounding();
