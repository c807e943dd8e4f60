"use strict";
// Draws the city: a model of paper on a table, seen from above at a slant, with everybody who is awake in it.
const city = (() => {
  const { KIND, CELL, chance, front } = ground;
  const { ACTIVITY } = reel;

  // How high a thing one parcel high stands in the picture, and how flat the ground lies, both by the width of a parcel.
  const RISE = 0.95;
  const SLANT = 0.54;

  // How sought after a parcel is from which on it has a tower instead of a house, in 255ths; as in pictures.
  const TOWERS_FROM = 107;

  const NIGHT_BEGINS = 20;
  const NIGHT_ENDS = 6;
  const TWILIGHT = 2;

  // Ticks for which a mark stays above a head, and how many are drawn at once.
  const MARK_TICKS = 4;
  const MOST_MARKS = 80;

  // Seconds in which somebody who has gone fades, and the most ticks this may be.
  const FADE_SECONDS = 0.22;
  const MOST_FADE_TICKS = 25;

  const PAPER = {
    light: {
      ground: "#e4e9dd", blocks: ["#dfe6d6", "#e2e7da", "#dce5d8", "#e5e8da", "#dde4da"], road: "#f6f6f1", lane: "#e3e4dc",
      plaza: "#efe6d3", ring: "#e2d5ba", water: "#bcd8e2", slab: ["#c9cfc0", "#b7beae"], shade: "rgba(60,72,66,0.13)",
      wall: ["#fbfaf6", "#dedcd3"], roofs: [["#e4cbb9", "#d2b6a2"], ["#dccfc0", "#c8baaa"], ["#d3d6d3", "#bec2c0"], ["#e6d6bd", "#d3c2a6"]],
      tower: ["#f1efe9", "#d6d8d6"], flat: "#e7e6df", trees: ["#a9c29b", "#b9cda9", "#97b48c"],
      table: "rgba(40,50,45,0.16)", night: [30, 38, 84], nightMost: 0.4, halo: "rgba(255,255,255,0.95)", lit: "#fff3c8",
    },
    dark: {
      ground: "#243033", blocks: ["#273435", "#253235", "#293736", "#263334", "#283639"], road: "#394750", lane: "#46555d",
      plaza: "#474640", ring: "#57544a", water: "#37667a", slab: ["#151c1f", "#10161a"], shade: "rgba(0,0,0,0.28)",
      wall: ["#61717a", "#47555d"], roofs: [["#856457", "#6c5147"], ["#736c63", "#5c5750"], ["#62737c", "#4e5d65"], ["#80725a", "#685c49"]],
      tower: ["#6b7c86", "#4c5b64"], flat: "#76878f", trees: ["#3a5a4b", "#426552", "#335143"],
      table: "rgba(0,0,0,0.5)", night: [8, 12, 34], nightMost: 0.36, halo: "rgba(16,22,26,0.95)", lit: "#ffdf8a",
    },
  };

  // Colours of the kinds of space and of what people do; the same hues stand for the same thing.
  const HUES = {
    light: { plaza: "#b98000", game: "#b5478c", market: "#c9520a", estate: "#5b4aa8", class: "#008a64", look: "#0072b2", quiet: "#59646c", mark: "#c23b5e" },
    dark: { plaza: "#f0bd4e", game: "#e58fc4", market: "#f5894a", estate: "#a99af0", class: "#3fcfa4", look: "#5cb6ee", quiet: "#a9b4bb", mark: "#ff8fa8" },
  };

  const KIND_HUE = ["plaza", "game", "market", "estate", "class"];
  const ACTIVITY_HUE = ["quiet", "quiet", "look", "look", "quiet", "plaza", "game", "class"];

  function mixed(a, b, share) {
    const at = (hex, i) => parseInt(hex.slice(1 + 2 * i, 3 + 2 * i), 16);
    const part = (i) => Math.round(at(a, i) + (at(b, i) - at(a, i)) * share);
    return "rgb(" + part(0) + "," + part(1) + "," + part(2) + ")";
  }

  // Topics are told apart by hue and lightness; there are more of them than colours that everybody can tell apart.
  function topicColor(topic, theme) {
    if (topic === reel.NO_TOPIC) return HUES[theme].quiet;
    const hue = (topic * 137.508 + 200) % 360;
    const light = (theme === "dark" ? [72, 60, 82] : [40, 52, 32])[topic % 3];
    return "hsl(" + hue.toFixed(0) + " 70% " + light + "%)";
  }

  // How dark it is at an hour of the day: 0 by day, 1 at night.
  function darkness(hour) {
    if (hour >= NIGHT_BEGINS + TWILIGHT || hour < NIGHT_ENDS - TWILIGHT) return 1;
    const smooth = (x) => x * x * (3 - 2 * x);
    if (hour >= NIGHT_BEGINS) return smooth((hour - NIGHT_BEGINS) / TWILIGHT);
    if (hour < NIGHT_ENDS) return smooth((NIGHT_ENDS - hour) / TWILIGHT);
    return 0;
  }

  function make(canvas, film) {
    const brush = canvas.getContext("2d");
    const paper = document.createElement("canvas");
    const size = { w: 1, h: 1, ratio: 1 };
    const view = { x: film.side / 2, y: film.side / 2, zoom: 8 };
    const drawn = { x: 0, y: 0, zoom: 0, theme: "" };
    const inset = { left: 0, right: 0, top: 0, bottom: 0 };
    let theme = "light";
    let by = "activity";
    const spaceAt = new Int32Array(film.side * film.side).fill(-1);
    film.spaces.forEach((s, i) => (spaceAt[s.parcel] = i));
    const square = film.spaces.findIndex((s) => s.isSquare);

    const flatX = (x, y) => size.w / 2 + (inset.left - inset.right) / 2 + (x - view.x - (y - view.y)) * view.zoom;
    const flatY = (x, y) => size.h / 2 + (inset.top - inset.bottom) / 2 + (x - view.x + (y - view.y)) * view.zoom * SLANT;

    function toGround(px, py) {
      const a = (px - size.w / 2 - (inset.left - inset.right) / 2) / view.zoom;
      const b = (py - size.h / 2 - (inset.top - inset.bottom) / 2) / (view.zoom * SLANT);
      return { x: view.x + (a + b) / 2, y: view.y + (b - a) / 2 };
    }

    function fitZoom() {
      const w = size.w - inset.left - inset.right;
      const h = size.h - inset.top - inset.bottom;
      return Math.max(0.5, Math.min((w * 0.97) / (2 * film.side), (h * 0.93) / (2 * film.side * SLANT + 3)));
    }

    function resize() {
      const box = canvas.getBoundingClientRect();
      size.w = Math.max(1, box.width);
      size.h = Math.max(1, box.height);
      size.ratio = Math.min(2, window.devicePixelRatio || 1);
      canvas.width = Math.round(size.w * size.ratio);
      canvas.height = Math.round(size.h * size.ratio);
      drawn.zoom = 0;
    }

    // ---- what stands still

    function drawPaper() {
      paper.width = canvas.width;
      paper.height = canvas.height;
      const g = paper.getContext("2d");
      g.setTransform(size.ratio, 0, 0, size.ratio, 0, 0);
      const c = PAPER[theme];
      const n = film.side;
      const z = view.zoom;
      const up = z * RISE;
      const px = flatX;
      const py = flatY;

      const path = (points) => {
        g.beginPath();
        g.moveTo(points[0], points[1]);
        for (let i = 2; i < points.length; i += 2) g.lineTo(points[i], points[i + 1]);
        g.closePath();
      };
      const area = (x0, y0, x1, y1) => {
        g.moveTo(px(x0, y0), py(x0, y0));
        g.lineTo(px(x1, y0), py(x1, y0));
        g.lineTo(px(x1, y1), py(x1, y1));
        g.lineTo(px(x0, y1), py(x0, y1));
        g.closePath();
      };

      // The slab, and its shadow on the table.
      const e = 0.6;
      const thick = Math.max(3, 1.1 * z);
      const [wx, wy, sx, sy, ex, ey] = [px(-e, n + e), py(-e, n + e), px(n + e, n + e), py(n + e, n + e), px(n + e, -e), py(n + e, -e)];
      g.save();
      g.shadowColor = c.table;
      g.shadowBlur = 3.5 * z * size.ratio;
      g.shadowOffsetY = 1.6 * z * size.ratio;
      g.fillStyle = c.slab[1];
      path([wx, wy, sx, sy, ex, ey, ex, ey + thick, sx, sy + thick, wx, wy + thick]);
      g.fill();
      g.restore();
      g.fillStyle = c.slab[0];
      path([wx, wy, sx, sy, sx, sy + thick, wx, wy + thick]);
      g.fill();
      g.fillStyle = c.slab[1];
      path([sx, sy, ex, ey, ex, ey + thick, sx, sy + thick]);
      g.fill();
      g.fillStyle = c.ground;
      g.beginPath();
      area(-e, -e, n + e, n + e);
      g.fill();

      // Districts, by rows of parcels of the same one.
      c.blocks.forEach((color, tone) => {
        g.fillStyle = color;
        g.beginPath();
        for (let y = 0; y < n; y++) {
          for (let x = 0; x < n; ) {
            let to = x + 1;
            const district = film.districts[y * n + x];
            while (to < n && film.districts[y * n + to] === district) to++;
            if (district % c.blocks.length === tone) area(x, y - 0.03, to, y + 1.03);
            x = to;
          }
        }
        g.fill();
      });

      // Roads and squares, by runs along and across.
      const strips = (kind, color) => {
        g.fillStyle = color;
        g.beginPath();
        for (let y = 0; y < n; y++) {
          for (let x = 0; x < n; x++) {
            if (film.cells[y * n + x] !== kind) continue;
            let to = x;
            while (to < n && film.cells[y * n + to] === kind) to++;
            if (to - x > 1) area(x, y, to, y + 1);
            x = to;
          }
        }
        g.fill();
        g.beginPath();
        for (let x = 0; x < n; x++) {
          for (let y = 0; y < n; y++) {
            if (film.cells[y * n + x] !== kind) continue;
            let to = y;
            while (to < n && film.cells[to * n + x] === kind) to++;
            if (to - y > 1) area(x, y, x + 1, to);
            y = to;
          }
        }
        g.fill();
      };
      strips(CELL.ROAD, c.road);
      strips(CELL.PLAZA, c.plaza);
      if (z > 9) {
        g.strokeStyle = c.lane;
        g.lineWidth = Math.max(0.6, z * 0.05);
        g.setLineDash([z * 0.5, z * 0.55]);
        g.beginPath();
        for (let k = 0; k < n; k += Math.max(1, film.roadEvery)) {
          g.moveTo(px(k + 0.5, 0), py(k + 0.5, 0));
          g.lineTo(px(k + 0.5, n), py(k + 0.5, n));
          g.moveTo(px(0, k + 0.5), py(0, k + 0.5));
          g.lineTo(px(n, k + 0.5), py(n, k + 0.5));
        }
        g.stroke();
        g.setLineDash([]);
      }
      drawPlaza(g, c);

      const inSight = (x, y) => {
        const sx = px(x, y);
        const sy = py(x, y);
        return sx > -3 * z && sx < size.w + 3 * z && sy > -2 * z && sy < size.h + 6 * z;
      };
      const each = (one) => {
        for (let d = 0; d < 2 * n - 1; d++) {
          for (let x = Math.max(0, d - n + 1); x <= Math.min(d, n - 1); x++) {
            const y = d - x;
            if (film.cells[y * n + x] === CELL.LAND && inSight(x, y)) one(x, y, y * n + x);
          }
        }
      };

      // Shadows first, in one go, so that they never lie on each other.
      g.fillStyle = c.shade;
      g.beginPath();
      each((x, y, i) => {
        const b = build(x, y, i);
        if (!b) return;
        const long = 0.16 + 0.32 * b.height;
        area(b.x0 + 0.05, b.y0 + 0.05, b.x1 + long, b.y1 + 0.12);
      });
      g.fill();

      const box = (x0, y0, x1, y1, low, high, right, left, top) => {
        const l = low * up;
        const h = high * up;
        g.fillStyle = left;
        path([px(x0, y1), py(x0, y1) - l, px(x1, y1), py(x1, y1) - l, px(x1, y1), py(x1, y1) - h, px(x0, y1), py(x0, y1) - h]);
        g.fill();
        g.fillStyle = right;
        path([px(x1, y1), py(x1, y1) - l, px(x1, y0), py(x1, y0) - l, px(x1, y0), py(x1, y0) - h, px(x1, y1), py(x1, y1) - h]);
        g.fill();
        if (!top) return;
        g.fillStyle = top;
        path([px(x0, y0), py(x0, y0) - h, px(x1, y0), py(x1, y0) - h, px(x1, y1), py(x1, y1) - h, px(x0, y1), py(x0, y1) - h]);
        g.fill();
      };
      // A hipped roof: the two sides one sees, and a sliver of those behind.
      const hip = (x0, y0, x1, y1, low, high, right, left) => {
        const o = 0.04;
        const [a, b, a2, b2] = [x0 - o, y0 - o, x1 + o, y1 + o];
        const l = low * up;
        const mx = (x0 + x1) / 2;
        const my = (y0 + y1) / 2;
        const tx = px(mx, my);
        const ty = py(mx, my) - high * up;
        g.fillStyle = right;
        path([px(a2, b2), py(a2, b2) - l, px(a2, b), py(a2, b) - l, tx, ty]);
        g.fill();
        path([px(a, b), py(a, b) - l, px(a2, b), py(a2, b) - l, tx, ty]);
        g.fill();
        g.fillStyle = left;
        path([px(a, b2), py(a, b2) - l, px(a2, b2), py(a2, b2) - l, tx, ty]);
        g.fill();
        path([px(a, b), py(a, b) - l, px(a, b2), py(a, b2) - l, tx, ty]);
        g.fill();
      };
      const tree = (x, y, key) => {
        const r = (0.13 + 0.07 * chance(key)) * z;
        const [tx, ty] = [px(x, y), py(x, y)];
        g.fillStyle = c.shade;
        g.beginPath();
        g.ellipse(tx + r * 0.4, ty + r * 0.15, r, r * 0.5, 0, 0, 7);
        g.fill();
        g.fillStyle = c.trees[Math.floor(chance(key + 1) * 3)];
        g.beginPath();
        g.ellipse(tx, ty - r * 1.05, r * 0.92, r * 1.15, 0, 0, 7);
        g.fill();
      };

      each((x, y, i) => {
        const b = build(x, y, i);
        if (!b) {
          const trees = Math.floor(chance(i * 3 + 1) * 3.4);
          for (let k = 0; k < trees; k++) tree(x + 0.2 + 0.6 * chance(i * 17 + k * 5), y + 0.2 + 0.6 * chance(i * 23 + k * 7 + 2), i * 5 + k);
          return;
        }
        if (b.space) {
          drawSpace(b, box, hip, c);
        } else if (b.isTower) {
          box(b.x0, b.y0, b.x1, b.y1, 0, b.height, c.tower[0], c.tower[1], c.flat);
          if (z > 10) windows(g, b, up);
        } else {
          const roof = c.roofs[Math.floor(chance(i + 11) * c.roofs.length)];
          box(b.x0, b.y0, b.x1, b.y1, 0, b.height, c.wall[0], c.wall[1], roof[0]);
          hip(b.x0, b.y0, b.x1, b.y1, b.height, b.height + 0.22, roof[0], roof[1]);
          if (z > 7 && chance(i + 3) < 0.6) tree(x + 0.12, y + 0.85, i + 77);
        }
      });
      Object.assign(drawn, view, { theme });
    }

    // What stands on a parcel; nothing where nobody lives.
    function build(x, y, i) {
      const at = spaceAt[i];
      if (at >= 0) {
        const s = film.spaces[at];
        const hall = 0.37;
        return { space: s, x0: x + 0.5 - hall, y0: y + 0.5 - hall, x1: x + 0.5 + hall, y1: y + 0.5 + hall, height: s.kind === KIND.PLAZA ? 0.3 : s.kind === KIND.ESTATE ? 1.5 : 0.85 };
      }
      const homes = film.homes[i];
      if (homes === 0) return null;
      const worth = film.worth[i] / 255;
      const isTower = film.worth[i] >= TOWERS_FROM;
      const half = isTower ? 0.34 : 0.25 + 0.06 * chance(i + 5);
      const [dx, dy] = front(x, y, film.roadEvery);
      const back = isTower ? 0 : 0.08;
      const [cx, cy] = [x + 0.5 - dx * back, y + 0.5 - dy * back];
      const height = isTower ? 0.7 + 2.2 * (worth - 0.35) + 0.25 * Math.min(homes, 6) * chance(i + 9) : 0.24 + 0.05 * Math.min(homes, 5) + 0.1 * chance(i + 7);
      return { x0: cx - half, y0: cy - half, x1: cx + half, y1: cy + half, height, isTower };
    }

    function windows(g, b, up) {
      const floors = Math.floor(b.height / 0.28);
      g.fillStyle = theme === "dark" ? "rgba(255,223,138,0.22)" : "rgba(70,90,105,0.22)";
      for (let f = 0; f < floors; f++) {
        const h = (f + 0.55) * 0.28 * up;
        for (let k = 0; k < 3; k++) {
          const s = 0.18 + k * 0.27;
          const wx = b.x0 + (b.x1 - b.x0) * s;
          const wy = b.y0 + (b.y1 - b.y0) * s;
          const w = view.zoom * 0.09;
          const t = view.zoom * 0.11;
          g.fillRect(flatX(wx, b.y1), flatY(wx, b.y1) - h, w, t);
          g.fillRect(flatX(b.x1, wy) - w, flatY(b.x1, wy) - h, w, t);
        }
      }
    }

    function drawPlaza(g, c) {
      const s = film.spaces[square];
      if (!s) return;
      const z = view.zoom;
      const [mx, my] = [flatX(s.x, s.y), flatY(s.x, s.y)];
      const ring = (r, color, width) => {
        g.strokeStyle = color;
        g.lineWidth = width;
        g.beginPath();
        g.ellipse(mx, my, r * z * Math.SQRT2, r * z * Math.SQRT2 * SLANT, 0, 0, 7);
        g.stroke();
      };
      for (const r of [0.42, 0.62, 0.8]) ring(r * s.half, c.ring, Math.max(0.7, 0.07 * z));
      g.fillStyle = c.ring;
      g.beginPath();
      g.ellipse(mx, my, 0.55 * z, 0.55 * z * SLANT, 0, 0, 7);
      g.fill();
      g.fillStyle = c.water;
      g.beginPath();
      g.ellipse(mx, my - 0.08 * z, 0.42 * z, 0.42 * z * SLANT, 0, 0, 7);
      g.fill();
    }

    function drawSpace(b, box, hip, c) {
      const hue = HUES[theme][KIND_HUE[b.space.kind]];
      const [white, black] = theme === "dark" ? ["#ffffff", "#0c1114"] : ["#ffffff", "#2a2f33"];
      const right = mixed(hue, white, 0.18);
      const left = mixed(hue, black, 0.22);
      const top = mixed(hue, white, 0.38);
      const pale = [mixed(hue, white, theme === "dark" ? 0.1 : 0.72), mixed(hue, theme === "dark" ? black : white, theme === "dark" ? 0.35 : 0.5)];
      const { x0, y0, x1, y1 } = b;
      switch (b.space.kind) {
        case KIND.PLAZA:
          box(x0 + 0.12, y0 + 0.12, x1 - 0.12, y1 - 0.12, 0, 0.28, pale[0], pale[1], null);
          hip(x0 + 0.04, y0 + 0.04, x1 - 0.04, y1 - 0.04, 0.28, 0.62, right, left);
          break;
        case KIND.GAME_ROOM:
          box(x0, y0, x1, y1, 0, 0.5, right, left, top);
          box(x0 + 0.16, y0 + 0.16, x1 - 0.16, y1 - 0.16, 0.5, 0.9, right, left, top);
          break;
        case KIND.MARKET_HALL:
          box(x0 - 0.04, y0, x1 + 0.04, y1, 0, 0.4, pale[0], pale[1], null);
          hip(x0 - 0.06, y0 - 0.02, x1 + 0.06, y1 + 0.02, 0.4, 0.85, right, left);
          break;
        case KIND.ESTATE:
          box(x0 + 0.1, y0 + 0.1, x1 - 0.1, y1 - 0.1, 0, 1.5, right, left, top);
          break;
        default:
          box(x0, y0, x1, y1, 0, 0.5, pale[0], pale[1], null);
          hip(x0, y0, x1, y1, 0.5, 1.05, right, left);
      }
    }

    // ---- what moves

    const present = { stamp: new Int32Array(film.largest + 1).fill(-1), span: new Uint32Array(film.largest + 1), list: [] };
    let round = 0;

    // Everybody who is here at a tick or was a moment before, each with its latest span.
    function gather(tick, fade) {
      round++;
      present.list.length = 0;
      const s = film.spans;
      reel.touching(film, Math.max(film.first - 1, tick - fade), tick, (i) => {
        const a = s.avatar[i];
        if (present.stamp[a] !== round) {
          present.stamp[a] = round;
          present.span[a] = i;
          present.list.push(a);
        } else if (i > present.span[a]) present.span[a] = i;
      });
      return present.list;
    }

    const topicColors = { light: [], dark: [] };

    function color(i) {
      if (by === "topic") {
        const topic = film.spans.topic[i];
        return (topicColors[theme][topic] ||= topicColor(topic, theme));
      }
      return HUES[theme][ACTIVITY_HUE[film.spans.activity[i]] || "quiet"];
    }

    const glows = new Map();
    function glowOf(hue) {
      if (!glows.has(hue)) {
        const one = document.createElement("canvas");
        one.width = one.height = 128;
        const g = one.getContext("2d");
        const fill = g.createRadialGradient(64, 64, 0, 64, 64, 64);
        const rgba = (a) => mixed(hue, hue, 0).replace("rgb", "rgba").replace(")", "," + a + ")");
        fill.addColorStop(0, rgba(0.62));
        fill.addColorStop(0.35, rgba(0.3));
        fill.addColorStop(1, rgba(0));
        g.fillStyle = fill;
        g.fillRect(0, 0, 128, 128);
        glows.set(hue, one);
      }
      return glows.get(hue);
    }

    // Attention of a space around a tick, between the hours it was summed for, in minutes.
    function attentionAt(space, tick) {
      const n = film.spaces.length;
      const at = tick / reel.TICKS_PER_HOUR - 0.5;
      const hour = Math.floor(at);
      const share = at - hour;
      const of = (h) => (h < 0 || h >= film.hours ? 0 : film.attention[h * n + space]);
      return of(hour) * (1 - share) + of(hour + 1) * share;
    }

    const HEART = new Path2D("M0 3.2C-4.6 0.2 -3.6 -3.4 -1.5 -3.4C-0.6 -3.4 0 -2.7 0 -2.1C0 -2.7 0.6 -3.4 1.5 -3.4C3.6 -3.4 4.6 0.2 0 3.2Z");
    const BUBBLE = new Path2D("M-3.6 -3.2H3.6A1.2 1.2 0 0 1 4.8 -2V0.8A1.2 1.2 0 0 1 3.6 2H-0.6L-2.6 4V2H-3.6A1.2 1.2 0 0 1 -4.8 0.8V-2A1.2 1.2 0 0 1 -3.6 -3.2Z");
    const BAG = new Path2D("M-3.4 -1.2H3.4L2.9 3.6H-2.9ZM-1.9 -1.2A1.9 2.3 0 0 1 1.9 -1.2H1A1 1.4 0 0 0 -1 -1.2Z");
    const spot = { x: 0, y: 0 };

    function drawMarks(g, tick, rate) {
      const m = film.marks;
      const stay = Math.max(MARK_TICKS, Math.min(30, rate * 0.5));
      const last = reel.lastAtMost(m.tick, m.n, tick);
      let n = 0;
      const hues = HUES[theme];
      for (let k = last; k >= 0 && tick - m.tick[k] < stay && n < MOST_MARKS; k--, n++) {
        const age = (tick - m.tick[k]) / stay;
        ground.at(film, m.span[k], m.tick[k], spot);
        const rise = still ? 0.7 : 0.55 + 0.5 * age;
        const size = Math.max(0.85, Math.min(2, view.zoom * 0.075));
        g.save();
        g.translate(flatX(spot.x, spot.y), flatY(spot.x, spot.y) - rise * Math.max(view.zoom, 11));
        g.scale(size, size);
        g.globalAlpha = Math.min(1, 2.2 * (1 - age));
        const [path, hue] = { 1: [HEART, hues.mark], 2: [BUBBLE, hues.plaza], 3: [BAG, hues.look] }[m.kind[k]] || [null, hues.plaza];
        g.lineWidth = 1.6;
        g.lineJoin = "round";
        g.strokeStyle = PAPER[theme].halo;
        g.fillStyle = hue;
        if (path) {
          g.stroke(path);
          g.fill(path);
          if (m.kind[k] === 2) {
            g.fillStyle = PAPER[theme].halo;
            for (const x of [-2.2, 0, 2.2]) g.fillRect(x - 0.6, -1.1, 1.2, 1.2);
          }
        } else {
          g.beginPath();
          g.arc(0, 0, 3.3, 0, 7);
          g.stroke();
          g.fill();
          g.strokeStyle = PAPER[theme].halo;
          g.lineWidth = 0.8;
          g.beginPath();
          g.arc(0, 0, 1.8, 0, 7);
          g.stroke();
        }
        g.restore();
      }
    }

    let still = false;

    // Draws everything at a tick. `rate` is how many ticks pass in a second; 0 while time stands.
    function draw(tick, rate, options) {
      still = options.still;
      const g = brush;
      g.setTransform(1, 0, 0, 1, 0, 0);
      g.clearRect(0, 0, canvas.width, canvas.height);
      // While the view moves the last drawing is stretched; it is drawn anew once it rests or no longer fits.
      const moved = drawn.zoom !== view.zoom || drawn.x !== view.x || drawn.y !== view.y;
      const off = Math.abs(Math.log(view.zoom / drawn.zoom)) > 0.35 || Math.hypot(drawn.x - view.x, drawn.y - view.y) * view.zoom > 0.3 * size.w;
      if (drawn.theme !== theme || drawn.zoom === 0 || (moved && (off || !options.moving))) drawPaper();
      const k = view.zoom / drawn.zoom;
      const mx = size.w / 2 + (inset.left - inset.right) / 2;
      const my = size.h / 2 + (inset.top - inset.bottom) / 2;
      const ox = (drawn.x - view.x - (drawn.y - view.y)) * view.zoom;
      const oy = (drawn.x - view.x + (drawn.y - view.y)) * view.zoom * SLANT;
      g.setTransform(size.ratio, 0, 0, size.ratio, 0, 0);
      g.imageSmoothingQuality = "high";
      g.drawImage(paper, mx + ox - mx * k, my + oy - my * k, size.w * k, size.h * k);

      const c = PAPER[theme];
      const dark = darkness((tick % reel.TICKS_PER_DAY) / reel.TICKS_PER_HOUR);
      if (dark > 0) {
        g.globalCompositeOperation = "source-atop";
        g.fillStyle = "rgba(" + c.night.join(",") + "," + (c.nightMost * dark).toFixed(3) + ")";
        g.fillRect(0, 0, size.w, size.h);
        g.globalCompositeOperation = "source-over";
      }

      // Where attention gathers.
      g.globalCompositeOperation = theme === "dark" ? "lighter" : "source-over";
      film.spaces.forEach((s, i) => {
        const share = attentionAt(i, tick) / film.mostAttention;
        if (share < 0.01) return;
        const r = (0.9 + 3.4 * Math.sqrt(share) * (s.isSquare ? 1.5 : 1)) * Math.max(view.zoom, 6);
        g.globalAlpha = Math.min(1, 0.3 + 0.75 * Math.sqrt(share)) * (theme === "dark" ? 0.7 + 0.3 * dark : 0.8 + 0.2 * dark);
        g.drawImage(glowOf(HUES[theme][KIND_HUE[s.kind]]), flatX(s.x, s.y) - r, flatY(s.x, s.y) - r * SLANT, 2 * r, 2 * r * SLANT);
      });
      g.globalAlpha = 1;
      g.globalCompositeOperation = "source-over";

      const fade = Math.min(MOST_FADE_TICKS, rate * FADE_SECONDS);
      const list = gather(tick, fade);
      const dot = Math.max(2.5, Math.min(6.5, 1.4 + view.zoom * 0.15));
      const lift = dot * 0.8;
      const s = film.spans;
      const rows = list.map((a) => {
        const i = present.span[a];
        ground.at(film, i, tick, spot);
        const gone = tick >= s.t1[i] ? Math.min(1, (tick - s.t1[i]) / Math.max(fade, 1)) : 0;
        return { a, i, x: flatX(spot.x, spot.y), y: flatY(spot.x, spot.y) - lift, gone };
      });
      g.fillStyle = c.halo;
      for (const row of rows) {
        g.globalAlpha = (1 - row.gone) * 0.9;
        g.beginPath();
        g.arc(row.x, row.y, dot + Math.max(0.9, dot * 0.3), 0, 7);
        g.fill();
      }
      for (const row of rows) {
        g.globalAlpha = 1 - row.gone;
        g.fillStyle = color(row.i);
        g.beginPath();
        g.arc(row.x, row.y, dot, 0, 7);
        g.fill();
      }
      g.globalAlpha = 1;
      drawMarks(g, tick, rate);
      const ringed = (avatar, r, hue) => {
        const row = avatar >= 0 && rows.find((one) => one.a === avatar);
        if (row) ring(g, row.x, row.y, r, hue);
      };
      ringed(options.followed, dot + 5, HUES[theme].mark);
      ringed(options.pointed, dot + 3.5, c.halo);
      if (view.zoom > 20) labels(g, tick);
      return rows;
    }

    function ring(g, x, y, r, hue) {
      g.strokeStyle = PAPER[theme].halo;
      g.lineWidth = 4;
      g.beginPath();
      g.arc(x, y, r, 0, 7);
      g.stroke();
      g.strokeStyle = hue;
      g.lineWidth = 2;
      g.stroke();
    }

    // Names of spaces, those with the most attention first; one that would cover another is left out.
    function labels(g, tick) {
      g.font = "600 12px " + getComputedStyle(document.body).fontFamily;
      g.textAlign = "center";
      g.lineJoin = "round";
      const taken = [];
      const order = film.spaces.map((s, i) => [s.isSquare ? Infinity : attentionAt(i, tick), s]).sort((a, b) => b[0] - a[0]);
      for (const [, s] of order) {
        const y = flatY(s.x, s.y) - (s.isSquare ? 1.6 : s.kind === KIND.ESTATE ? 1.9 : 1.45) * view.zoom * RISE;
        const x = flatX(s.x, s.y);
        if (x < -80 || x > size.w + 80 || y < -20 || y > size.h + 20) continue;
        const half = g.measureText(s.label).width / 2 + 5;
        if (taken.some((t) => Math.abs(t.x - x) < t.half + half && Math.abs(t.y - y) < 17)) continue;
        taken.push({ x, y, half });
        g.strokeStyle = PAPER[theme].halo;
        g.lineWidth = 4;
        g.strokeText(s.label, x, y);
        g.fillStyle = HUES[theme][KIND_HUE[s.kind]];
        g.fillText(s.label, x, y);
      }
    }

    // What is drawn at a point of the canvas: an avatar before a space.
    function pick(rows, px, py, reach) {
      let best = null;
      for (const row of rows) {
        const d = Math.hypot(row.x - px, row.y - py);
        if (row.gone === 0 && d < reach && (!best || d < best.d)) best = { d, row };
      }
      if (best) return { avatar: best.row.a, span: best.row.i };
      const at = toGround(px, py);
      for (let up = 0; up < 1.6; up += 0.4) {
        const x = Math.floor(at.x + up * 0.9);
        const y = Math.floor(at.y + up * 0.9);
        if (x < 0 || y < 0 || x >= film.side || y >= film.side) continue;
        const space = spaceAt[y * film.side + x];
        if (space >= 0) return { space };
        if (square >= 0 && film.cells[y * film.side + x] === CELL.PLAZA) return { space: square };
      }
      return null;
    }

    return {
      view, size, inset, resize, draw, pick, toGround, fitZoom,
      setTheme(name) {
        theme = name;
      },
      colorBy(what) {
        by = what;
      },
      // How many do what at a tick, by the number of the activity.
      counts(tick) {
        const counts = new Array(8).fill(0);
        for (const a of gather(tick, 0.001)) {
          const i = present.span[a];
          if (tick < film.spans.t1[i]) counts[film.spans.activity[i]]++;
        }
        return counts;
      },
      at: (i, tick) => ground.at(film, i, tick, { x: 0, y: 0 }),
      // The span of an avatar at a tick, or −1.
      spanOf(avatar, tick) {
        let found = -1;
        reel.touching(film, tick - 0.001, tick, (i) => {
          if (film.spans.avatar[i] === avatar && tick < film.spans.t1[i]) found = i;
        });
        return found;
      },
      here(space, tick) {
        let n = 0;
        reel.touching(film, tick - 0.001, tick, (i) => {
          if (film.spans.space[i] === space && film.spans.activity[i] !== ACTIVITY.WALKING && tick < film.spans.t1[i]) n++;
        });
        return n;
      },
    };
  }

  return { make, HUES, KIND_HUE, darkness };
})();
