// @ts-check
/**
 * What Home Assistant's pages load of the integration: its cards and its dashboard.
 *
 * Every module is found relative to this one, so that all of them are of one version.
 */

import { defineAlertList } from "./cards/alert-list.js";
import { defineFiles } from "./cards/files-card.js";
import { defineHours } from "./cards/hours.js";
import { defineLiveTrace } from "./cards/live-trace.js";
import { definePeriods } from "./cards/periods-card.js";
import { defineReport } from "./cards/report-card.js";
import { defineStrategies } from "./strategy/dashboard.js";

defineStrategies();
defineLiveTrace();
defineAlertList();
defineHours();
definePeriods();
defineFiles();
defineReport();
