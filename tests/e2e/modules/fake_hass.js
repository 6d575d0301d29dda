/** What the pages ask of Home Assistant, without one: what was asked is kept, and tests tell what comes. */

export class FakeConnection extends EventTarget {
  constructor() {
    super();
    this.connected = true;
    /** The subscriptions that there are: `{take, message}`. */
    this.open = [];
    this.sent = [];
    this.refusal = undefined;
  }

  async subscribeMessage(take, message) {
    if (this.refusal) {
      throw this.refusal;
    }
    const subscription = { take, message };
    this.open.push(subscription);
    return async () => {
      this.open = this.open.filter((other) => other !== subscription);
    };
  }

  async sendMessagePromise(message) {
    this.sent.push(message);
  }

  /** Tell all subscribers. */
  tell(event) {
    for (const { take } of [...this.open]) {
      take(structuredClone(event));
    }
  }

  /** Lose the connection. */
  lose() {
    this.open = [];
    this.dispatchEvent(new Event("disconnected"));
  }

  /** Find the connection again after it was lost, which may not have been noticed. */
  reconnect() {
    this.open = [];
    this.dispatchEvent(new Event("ready"));
  }
}

export function fakeHass(version = "test", locale = {}) {
  const meter = { config_entry_id: "entry", device_id: "device", name: "Gate", entities: {}, rules: [] };
  return {
    connection: new FakeConnection(),
    language: locale.language ?? "en",
    locale: { language: "en", time_format: "24", time_zone: "local", ...locale },
    config: { time_zone: "Asia/Tokyo" },
    entities: {},
    devices: {},
    states: {},
    callWS: async () => ({ version, is_admin: true, meters: [meter] }),
    loadBackendTranslation: async () => () => "",
  };
}

export function snapshot(at, told = {}) {
  return {
    event: "snapshot",
    at,
    subscription: 1,
    version: "test",
    name: "Gate",
    serial: "00830001",
    labels: { lp: "LAF" },
    rules: [],
    sample: null,
    trace: { t: [], lp: [] },
    runs: [],
    available: true,
    diagnosis: "connected",
    feed: "streamed",
    run_state: "measuring",
    measuring_since: null,
    standby: false,
    ...told,
  };
}

export function sample(t, lp, told = {}) {
  return { event: "sample", t, d: 0.1, lp, leq: null, lmax: null, lmin: null, lpeak: null, ln: [], ...told };
}
