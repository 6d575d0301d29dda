// @ts-check
/**
 * What Home Assistant's pages load of the integration: its cards and its dashboard.
 *
 * Every module is found relative to this one, so that all of them are of one version.
 */

import { defineAlertList } from "./cards/alert-list.js";
import { defineLiveTrace } from "./cards/live-trace.js";
import { defineStrategies } from "./strategy/dashboard.js";

defineStrategies();
defineLiveTrace();
defineAlertList();
