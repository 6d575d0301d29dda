// @ts-check
/** Subscriptions that live as long as they are wanted, whatever becomes of the connection meanwhile. */

/** So long after a refusal it is asked again: after a restart the integration comes later than the connection. */
const RETRY_MS = 5_000;

/**
 * Subscribe over Home Assistant's websocket, and anew after each lost connection.
 *
 * @param {any} connection
 * @param {Record<string, unknown>} message
 * @param {(event: any) => void} take Called with each event.
 * @param {(error: any) => void} refused Called when it is refused; it is tried again, unless for want of rights.
 * @returns {() => void} Ends it.
 */
export function keepSubscribed(connection, message, take, refused) {
  let wanted = true;
  // What was asked before the connection was lost is answered too late, or never.
  let round = 0;
  /** @type {(() => Promise<void>) | undefined} */
  let end;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let retry;

  const open = async () => {
    const mine = ++round;
    clearTimeout(retry);
    end = undefined;
    const current = () => wanted && mine === round;
    try {
      // Home Assistant's own taking up again gives up at the first refusal.
      const opened = await connection.subscribeMessage(
        (/** @type {any} */ event) => current() && take(event),
        message,
        { resubscribe: false },
      );
      if (current()) {
        end = opened;
      } else {
        await opened().catch(() => {});
      }
    } catch (error) {
      if (!current()) {
        return;
      }
      refused(error);
      if (/** @type {any} */ (error)?.code !== "unauthorized") {
        retry = setTimeout(() => void open(), RETRY_MS);
      }
    }
  };

  connection.addEventListener("ready", open);
  void open();
  return () => {
    wanted = false;
    clearTimeout(retry);
    connection.removeEventListener("ready", open);
    // The connection may be gone already, and the subscription with it.
    end?.().catch(() => {});
  };
}
