"use strict";
// The guided tour: how fast time passes between captions, so that each can be read and none is waited for.
const tour = (() => {
  // Words read in a second, seconds to take in a picture, and bounds of how long a caption stays.
  const WORDS_A_SECOND = 3.4;
  const LOOK_SECONDS = 2.5;
  const LEAST_SECONDS = 5;
  const MOST_SECONDS = 16;

  // Fastest pace of a tour in ticks a second, and the pace that follows after the last caption.
  const FASTEST = 1000;
  const LAST_PACE = 120;

  // Seconds in which the rest of a way is covered that is looked at closely first.
  const REST_SECONDS = 3;

  function reading(caption) {
    const words = (caption.title + " " + caption.text).split(/\s+/).length;
    return Math.min(MOST_SECONDS, Math.max(LEAST_SECONDS, LOOK_SECONDS + words / WORDS_A_SECOND));
  }

  function make(film) {
    const stops = film.captions;
    const endOf = (i) => (i + 1 < stops.length ? stops[i + 1].tick : film.last);

    // Seconds that a caption and the way to the next one take.
    function seconds(i) {
      const span = endOf(i) - stops[i].tick;
      const read = reading(stops[i]);
      if (stops[i].speed > 0) return span / stops[i].speed <= read ? read : read + REST_SECONDS;
      if (i + 1 === stops.length) return Math.max(read, span / LAST_PACE);
      return Math.max(read, span / FASTEST);
    }

    return {
      stops,
      seconds,
      total: stops.reduce((sum, _, i) => sum + seconds(i), 0),
      // The caption that is due at a tick, or −1.
      at: (tick) => stops.reduce((found, c, i) => (c.tick <= tick + 1e-6 ? i : found), -1),
      // Ticks a second at a tick, when the caption has been shown for some seconds; 0 is waiting for the reader.
      pace(i, tick, shown) {
        if (i < 0) return Math.min(FASTEST, Math.max(30, ((stops[0] || { tick: film.last }).tick - film.first) / REST_SECONDS));
        const left = Math.max(0, endOf(i) - tick);
        const read = reading(stops[i]);
        if (stops[i].speed > 0) {
          if (shown < read) return left > 1e-3 ? Math.min(stops[i].speed, left * 60) : 0;
          return Math.min(2 * FASTEST, Math.max(stops[i].speed, (left + 30) / Math.max(0.4, read + REST_SECONDS - shown)));
        }
        return Math.min(FASTEST, left / Math.max(0.25, seconds(i) - shown));
      },
      // Whether the reader has had time for a caption.
      isRead: (i, shown) => i < 0 || shown >= reading(stops[i]),
    };
  }

  return { make };
})();
