"use strict";
// Where things are on the map, in parcels: seats, fronts, ways along roads, and the picture's slanted view of them.
const ground = (() => {
  const KIND = { PLAZA: 0, GAME_ROOM: 1, MARKET_HALL: 2, ESTATE: 3, CLASSROOM: 4 };
  const CELL = { ROAD: 0, PLAZA: 1, LAND: 2 };
  const GOLDEN_ANGLE = 2.399963;

  // A number in [0, 1) that is always the same for a key.
  function chance(key) {
    let h = (key | 0) + 0x9e3779b9;
    h = Math.imul(h ^ (h >>> 16), 0x21f0aaad);
    h = Math.imul(h ^ (h >>> 15), 0x735a2d97);
    return ((h ^ (h >>> 15)) >>> 0) / 4294967296;
  }

  // The side of a lot that looks at the nearest road, as a direction.
  function front(x, y, every) {
    const left = x % every;
    const up = y % every;
    const sides = [[every - up, 0, 1], [every - left, 1, 0], [up, 0, -1], [left, -1, 0]].filter((s) => s[0] > 0);
    sides.sort((a, b) => a[0] - b[0]);
    return [sides[0][1], sides[0][2]];
  }

  // Turns a point of a lot that looks south, from its middle, towards its front.
  function turned([dx, dy], x, y) {
    if (dy === 1) return [x, y];
    if (dx === 1) return [y, -x];
    if (dy === -1) return [-x, -y];
    return [-y, x];
  }

  function sunflower(x, y, inner, area, seat) {
    const radius = Math.sqrt(inner * inner + (seat * area * 1.3) / Math.PI);
    const angle = seat * GOLDEN_ANGLE;
    return { x: x + radius * Math.cos(angle), y: y + radius * Math.sin(angle) };
  }

  const HALL_ROW = 11;
  const HALL_SEATS = 33;

  // Who stands where: seats are taken on arrival and free again on leaving.
  function seating(film) {
    const { side, roadEvery } = film;
    const spots = film.spaces.map((space) => {
      const x = space.parcel % side;
      const y = Math.floor(space.parcel / side);
      const isSquare = film.cells[space.parcel] === CELL.PLAZA;
      const half = Math.max(side / 24, 1);
      const n = isSquare ? Math.min(1500, Math.floor(half * half * 90)) : HALL_SEATS;
      const middle = isSquare ? { x: side / 2, y: side / 2 } : { x: x + 0.5, y: y + 0.5 };
      Object.assign(space, { x: middle.x, y: middle.y, isSquare, half });
      return { kind: space.kind, isSquare, middle, front: front(x, y, roadEvery), n, taken: new Uint8Array(n) };
    });

    const seatOf = (spot, seat, key) => {
      const jitter = [chance(key) - 0.5, chance(key + 7919) - 0.5];
      if (spot.isSquare) return sunflower(spot.middle.x, spot.middle.y, 0.65, 0.019, seat);
      if (spot.kind === KIND.PLAZA) return sunflower(spot.middle.x, spot.middle.y, 0.2, 0.0115, seat);
      const row = Math.floor(seat / HALL_ROW);
      const local = [-0.45 + 0.09 * (seat % HALL_ROW) + 0.04 * jitter[0], 0.36 + 0.09 * row + 0.04 * jitter[1]];
      const [dx, dy] = turned(spot.front, local[0], local[1]);
      return { x: spot.middle.x + dx, y: spot.middle.y + dy };
    };

    return {
      take(space, avatar) {
        const spot = spots[space];
        if (!spot) throw new Error("space " + space + " is not on the map");
        const favorite = Math.floor(chance(avatar * 31 + space) * spot.n);
        for (let k = 0; k < spot.n; k++) {
          const seat = (favorite + k) % spot.n;
          if (!spot.taken[seat]) {
            spot.taken[seat] = 1;
            return { ...seatOf(spot, seat, avatar * 131 + seat), seat };
          }
        }
        return { ...seatOf(spot, favorite, avatar * 131), seat: -1 };
      },
      leave(at) {
        const spot = spots[at.space];
        if (spot && at.seat >= 0) spot.taken[at.seat] = 0;
      },
      home(parcel, avatar) {
        const x = parcel % side;
        const y = Math.floor(parcel / side);
        const local = [-0.24 + 0.095 * (avatar % 6), 0.41 + 0.05 * (chance(avatar) - 0.5)];
        const [dx, dy] = turned(front(x, y, roadEvery), local[0], local[1]);
        return { x: x + 0.5 + dx, y: y + 0.5 + dy, seat: -1 };
      },
    };
  }

  // The corners of the way on foot along the roads, written into `way` as x, y, x, y …; returns how many numbers.
  function walk(film, x0, y0, x1, y1, way) {
    way[0] = x0;
    way[1] = y0;
    if (Math.hypot(x1 - x0, y1 - y0) < 1.5) {
      way[2] = x1;
      way[3] = y1;
      return 4;
    }
    const every = Math.max(1, film.roadEvery);
    const last = Math.floor((film.side - 0.5) / every) * every;
    const road = (v) => Math.min(last, Math.max(0, Math.round((v - 0.5) / every) * every)) + 0.5;
    const aside = (v) => (chance(Math.round(v * 1000)) < 0.5 ? -0.41 : 0.41);
    const column = road(x0) + aside(y0);
    const row = road(y1) + aside(x1);
    way[2] = column;
    way[3] = Math.round(y0);
    way[4] = column;
    way[5] = row;
    way[6] = Math.round(x1);
    way[7] = row;
    way[8] = x1;
    way[9] = y1;
    return 10;
  }

  const way = new Float64Array(10);

  // Where somebody is within a span at a tick.
  function at(film, i, tick, out) {
    const s = film.spans;
    if (s.x0[i] === s.x1[i] && s.y0[i] === s.y1[i]) {
      out.x = s.x0[i];
      out.y = s.y0[i];
      return out;
    }
    const share = Math.min(1, Math.max(0, (tick - s.t0[i]) / Math.max(1, s.t1[i] - s.t0[i])));
    const n = walk(film, s.x0[i], s.y0[i], s.x1[i], s.y1[i], way);
    let whole = 0;
    for (let k = 2; k < n; k += 2) whole += Math.hypot(way[k] - way[k - 2], way[k + 1] - way[k - 1]);
    let left = whole * share;
    for (let k = 2; k < n; k += 2) {
      const step = Math.hypot(way[k] - way[k - 2], way[k + 1] - way[k - 1]);
      if (left <= step && step > 0) {
        out.x = way[k - 2] + ((way[k] - way[k - 2]) * left) / step;
        out.y = way[k - 1] + ((way[k + 1] - way[k - 1]) * left) / step;
        return out;
      }
      left -= step;
    }
    out.x = s.x1[i];
    out.y = s.y1[i];
    return out;
  }

  return { KIND, CELL, chance, front, seating, at };
})();
