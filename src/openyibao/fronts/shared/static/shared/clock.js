// The server's clock, carried by this phone: an offset from the last contact, stepped by the monotonic clock while the page is open.
// Pure: every function takes the phone's two clocks (wall: Date.now, mono: performance.now) and gives the next state.

(function define(scope) {
  const TOLERANCE_MS = 1500;

  const now = (clock, mono) => clock.server_ms + (mono - clock.mono_ms);

  // At a contact: what the server's clock says at this moment.
  function anchored(serverMs, wall, mono) {
    return { server_ms: serverMs, mono_ms: mono, seen_wall_ms: wall, seen_mono_ms: mono, jumped: false };
  }

  // After the page was closed only the wall clock tells how long. A clock that went back since tells nothing.
  function resumed(kept, wall, mono) {
    const jumped = kept.jumped || wall < kept.seen_wall_ms - TOLERANCE_MS;
    const seen = now(kept, kept.seen_mono_ms);
    return { ...anchored(seen + (wall - kept.seen_wall_ms), wall, mono), jumped };
  }

  // `watched`: the page was seen all the time since the last step. A phone that sleeps stops its monotonic clock, so a leap of the wall
  // clock is sleep where nobody watched, and a changed clock where somebody did; backwards it is always a changed clock.
  function stepped(clock, wall, mono, watched) {
    const leap = wall - clock.seen_wall_ms - (mono - clock.seen_mono_ms);
    const next = { ...clock, seen_wall_ms: wall, seen_mono_ms: mono };
    if (Math.abs(leap) <= TOLERANCE_MS) return next;
    if (leap < 0 || watched) return { ...next, jumped: true };
    return { ...next, server_ms: clock.server_ms + leap };
  }

  scope.steady = { anchored, resumed, stepped, now };
}(self));
