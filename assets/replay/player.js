"use strict";
// Plays the recording: time, speed, captions, keys, fingers. The only file that knows all the others.
(() => {
  const $ = (id) => document.getElementById(id);
  const { element } = charts;

  // Speeds to choose from, in ticks a second: 1 is a minute a second.
  const SPEEDS = [0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1000];
  const DEFAULT_SPEED = 8;

  const FLIGHT_MS = 1100;
  const CLOSE = 3.4;
  const CLOSEST = 64;

  // Milliseconds between two updates of numbers while time passes.
  const NUMBERS_MS = 120;

  const ACTIVITIES = [
    ["Looking at things", [2, 3], "look"],
    ["Playing", [6], "game"],
    ["Studying", [7], "class"],
    ["Talking", [5], "plaza"],
    ["Walking, choosing", [1, 4], "quiet"],
  ];
  const KINDS = ["Plaza", "Game room", "Market", "Estate", "Classroom"];
  const DOING = ["asleep", "choosing what to do", "looking at an offer", "reading or watching", "on the way", "talking", "playing", "studying"];

  let film;
  try {
    film = reel.read($("reel-data").textContent, ground);
  } catch (e) {
    $("failure").textContent = "The recording in this page cannot be read: " + e.message + ".";
    $("failure").hidden = false;
    return;
  }
  film.spaces.forEach((s) => (s.label = s.isSquare ? "Central plaza" : KINDS[s.kind] + (s.topic ? " · " + s.topic : "")));

  const calm = window.matchMedia("(prefers-reduced-motion: reduce)");
  const darkWanted = window.matchMedia("(prefers-color-scheme: dark)");
  const guide = tour.make(film);
  const picture = city.make($("city"), film);
  const state = {
    tick: film.first, plays: false, begun: false, speed: DEFAULT_SPEED, tours: guide.stops.length > 0, caption: -1, shown: 0,
    hidden: -2, theme: "", by: "activity", follows: -1, pointed: -1, fit: true, flight: null, moves: 0, rate: 0,
  };
  let rows = [];

  // ---- drawing, only when there is something new

  let asked = 0;
  let before = 0;
  let numbersAt = 0;

  function ask() {
    if (!asked) asked = requestAnimationFrame(frame);
  }

  function frame(now) {
    asked = 0;
    const seconds = Math.min(0.1, Math.max(0, (now - before) / 1000));
    before = now;
    if (state.plays) pass(seconds);
    else state.rate = 0;
    const flies = fly(now);
    if (state.follows >= 0) follow();
    const moving = flies || state.moves > now;
    rows = picture.draw(state.tick, state.rate, { still: calm.matches, moving, followed: state.follows, pointed: state.pointed });
    bar.show(state.tick);
    if (!state.plays || now - numbersAt > NUMBERS_MS) {
      numbersAt = now;
      numbers();
    } else for (const chart of all) chart.show(state.tick);
    showClock();
    progress();
    if (state.plays || moving) ask();
  }

  function pass(seconds) {
    state.shown += seconds;
    const pace = state.tours ? guide.pace(state.caption, state.tick, state.shown) : SPEEDS[state.speed];
    state.rate = pace;
    let tick = state.tick + pace * seconds;
    if (state.tours && state.caption + 1 < guide.stops.length) {
      const stop = guide.stops[state.caption + 1].tick;
      if (tick >= stop) tick = guide.isRead(state.caption, state.shown) ? stop : Math.max(state.tick, stop - 1e-3);
    }
    if (tick >= film.last) {
      tick = film.last;
      const lasts = state.tours && !guide.isRead(state.caption, state.shown);
      if (!lasts) play(false);
    }
    state.tick = tick;
    meet();
  }

  // Shows the caption that is due, and looks where it points.
  function meet() {
    const due = guide.at(state.tick);
    if (due === state.caption) return;
    state.caption = due;
    state.shown = 0;
    state.hidden = -2;
    caption();
    if (due >= 0 && state.tours) look(guide.stops[due]);
  }

  function seek(tick, andLook) {
    state.tick = Math.min(film.last, Math.max(film.first, tick));
    state.begun = true;
    $("begin").hidden = true;
    state.shown = 0;
    const due = guide.at(state.tick);
    if (due !== state.caption) {
      state.caption = due;
      state.hidden = -2;
      caption();
    }
    if (andLook && due >= 0) look(guide.stops[due]);
    ask();
  }

  function play(on) {
    if (on && state.tick >= film.last - 0.01) {
      state.tick = film.first;
      state.caption = -2;
      meet();
    }
    state.plays = on;
    state.begun = state.begun || on;
    if (on) $("begin").hidden = true;
    $("play-icon").setAttribute("href", on ? "#i-pause" : "#i-play");
    $("play").setAttribute("aria-label", on ? "Pause" : "Play");
    before = performance.now();
    ask();
  }

  function step(by) {
    const to = state.caption + by;
    if (by < 0 && state.caption >= 0 && state.tick - guide.stops[state.caption].tick > 90) return go(state.caption);
    if (to >= 0 && to < guide.stops.length) go(to);
    else if (to < 0) seek(film.first, false);
    return undefined;
  }

  function go(i) {
    if (!guide.stops[i]) return;
    state.caption = -2;
    seek(guide.stops[i].tick, true);
  }

  function faster(by) {
    if (state.tours) {
      state.tours = false;
      // Begins near the pace of the tour, so that the first press is no jump.
      const pace = state.rate || SPEEDS[state.speed];
      state.speed = SPEEDS.reduce((best, s, i) => (Math.abs(Math.log(s / pace)) < Math.abs(Math.log(SPEEDS[best] / pace)) ? i : best), 0);
    }
    state.speed = Math.min(SPEEDS.length - 1, Math.max(0, state.speed + by));
    showSpeed();
    ask();
  }

  function showSpeed() {
    $("speed").textContent = state.tours ? "Tour" : SPEEDS[state.speed] + "×";
    $("speed").setAttribute("aria-label", state.tours ? "Pace of the tour" : "Speed " + SPEEDS[state.speed] + " minutes a second" + (guide.stops.length ? "; back to the tour" : ""));
    $("slower").disabled = !state.tours && state.speed === 0;
    $("faster").disabled = !state.tours && state.speed === SPEEDS.length - 1;
  }

  // ---- where one looks

  function flyTo(x, y, zoom) {
    state.fit = false;
    if (calm.matches) {
      Object.assign(picture.view, { x, y, zoom });
      state.flight = null;
    } else state.flight = { from: { ...picture.view }, to: { x, y, zoom }, since: performance.now() };
    ask();
  }

  function fly(now) {
    const f = state.flight;
    if (!f) return false;
    const share = Math.min(1, (now - f.since) / FLIGHT_MS);
    const eased = share < 0.5 ? 4 * share ** 3 : 1 - (-2 * share + 2) ** 3 / 2;
    picture.view.x = f.from.x + (f.to.x - f.from.x) * eased;
    picture.view.y = f.from.y + (f.to.y - f.from.y) * eased;
    picture.view.zoom = f.from.zoom * (f.to.zoom / f.from.zoom) ** eased;
    if (share < 1) return true;
    state.flight = null;
    return false;
  }

  function seeAll() {
    state.follows = -1;
    flyTo(film.side / 2, film.side / 2, picture.fitZoom());
    state.fit = true;
  }

  function look(c) {
    state.follows = -1;
    const near = Math.min(CLOSEST, picture.fitZoom() * CLOSE * (c.zoom || 1));
    if (c.look === 1 && film.spaces[c.id]) flyTo(film.spaces[c.id].x, film.spaces[c.id].y, near);
    else if (c.look === 2) flyTo((c.id % film.side) + 0.5, Math.floor(c.id / film.side) + 0.5, near);
    else if (c.look === 3) {
      const i = picture.spanOf(c.id, state.tick);
      if (i < 0) seeAll();
      else {
        const at = picture.at(i, state.tick);
        flyTo(at.x, at.y, near);
      }
      state.follows = c.id;
    } else if (c.zoom > 1) flyTo(film.side / 2, film.side / 2, Math.min(CLOSEST, picture.fitZoom() * c.zoom));
    else if (!state.fit || state.flight) seeAll();
    for (const chart of all) {
      const shown = chart.key === c.chart;
      chart.card.classList.toggle("shown", shown);
      const side = chart.card.closest(".side");
      if (shown && side.scrollHeight > side.clientHeight + 4) {
        side.scrollTo({ top: chart.card.offsetTop - side.offsetTop - 60, behavior: calm.matches ? "auto" : "smooth" });
      }
    }
  }

  function follow() {
    if (state.flight) return;
    const i = picture.spanOf(state.follows, state.tick);
    if (i < 0) return;
    const at = picture.at(i, state.tick);
    const pull = calm.matches ? 1 : 0.12;
    picture.view.x += (at.x - picture.view.x) * pull;
    picture.view.y += (at.y - picture.view.y) * pull;
    if (Math.hypot(at.x - picture.view.x, at.y - picture.view.y) > 0.02) state.moves = performance.now() + 80;
    state.fit = false;
  }

  function zoom(factor, px, py) {
    const { view, size } = picture;
    const x = px === undefined ? size.w / 2 : px;
    const y = py === undefined ? size.h / 2 : py;
    const old = picture.toGround(x, y);
    const least = picture.fitZoom() * 0.7;
    view.zoom = Math.min(CLOSEST, Math.max(least, view.zoom * factor));
    const now = picture.toGround(x, y);
    view.x = Math.min(film.side, Math.max(0, view.x + old.x - now.x));
    view.y = Math.min(film.side, Math.max(0, view.y + old.y - now.y));
    rests();
  }

  // The view has been moved by hand; it is drawn anew a moment after it rests.
  function rests() {
    state.fit = false;
    state.flight = null;
    state.moves = performance.now() + 140;
    ask();
  }

  // ---- numbers, clock, captions

  function numbers() {
    const counts = picture.counts(Math.min(state.tick, film.last - 0.01));
    const total = counts.reduce((a, b) => a + b, 0);
    $("awake").textContent = charts.short(total);
    doing.forEach((one, k) => {
      const n = ACTIVITIES[k][1].reduce((sum, a) => sum + counts[a], 0);
      one.part.style.flexGrow = n;
      if (one.number.textContent !== String(n)) one.number.textContent = n;
    });
    for (const chart of all) chart.show(state.tick);
    for (const turn of turns) turn.row.classList.toggle("past", turn.tick <= state.tick);
    const said = charts.when(state.tick) + ", " + total + " awake";
    if (!state.plays && $("city").getAttribute("aria-label") !== said) $("city").setAttribute("aria-label", "The city on " + said);
  }

  let shownClock = "";
  function showClock() {
    const text = charts.when(Math.min(state.tick, film.last - 0.01));
    if (text === shownClock) return;
    shownClock = text;
    const [day, time] = text.split(", ");
    $("day").textContent = day;
    $("time").textContent = time;
    const isNight = city.darkness((state.tick % reel.TICKS_PER_DAY) / 60) > 0.5;
    const sky = document.querySelector(".clock");
    if (sky.classList.contains("night") !== isNight || !sky.dataset.set) {
      sky.dataset.set = "1";
      sky.classList.toggle("night", isNight);
      const rays = [0, 1, 2, 3, 4, 5, 6, 7].map((k) => {
        const [c, s] = [Math.cos((k * Math.PI) / 4), Math.sin((k * Math.PI) / 4)];
        return "M" + (12 + 8.4 * c).toFixed(1) + " " + (12 + 8.4 * s).toFixed(1) + "l" + (2 * c).toFixed(1) + " " + (2 * s).toFixed(1);
      });
      $("sky").innerHTML = isNight
        ? '<path d="M19.5 14.2A8 8 0 1 1 9.8 4.5a6.5 6.5 0 0 0 9.7 9.7Z" style="fill:#8fa3d6;stroke:none"/>'
        : '<circle cx="12" cy="12" r="5.2"/><path d="' + rays.join("") + '"/>';
    }
  }

  function caption() {
    const i = state.caption;
    const c = guide.stops[i];
    const box = $("caption");
    $("back").disabled = $("caption-back").disabled = guide.stops.length === 0 || i <= 0;
    $("next").disabled = $("caption-next").disabled = i + 1 >= guide.stops.length;
    $("back").hidden = $("next").hidden = guide.stops.length === 0;
    [...$("dots").children].forEach((dot, k) => dot.classList.toggle("here", k === i));
    box.hidden = !c || state.hidden === i || !state.begun;
    if (!c) return;
    $("caption-when").textContent = charts.when(c.tick);
    $("caption-count").textContent = i + 1 + " of " + guide.stops.length;
    $("caption-title").textContent = c.title;
    $("caption-text").textContent = c.text;
    box.classList.remove("comes");
    void box.offsetWidth;
    box.classList.add("comes");
  }

  function progress() {
    const i = state.caption;
    if (i < 0) return;
    const share = state.tours ? Math.min(1, state.shown / Math.max(0.1, guide.seconds(i))) : 0;
    $("progress").style.transform = "scaleX(" + share.toFixed(4) + ")";
  }

  // ---- building the page

  document.title = film.title + " · Agora";
  $("title").textContent = film.title;
  $("description").textContent = film.description;
  $("description").title = film.description;
  $("made").textContent = "Scenario " + film.scenario + ", seed " + film.seed + ". Recorded by Agora, a laboratory for attention economies; everybody in it is simulated.";

  const doing = ACTIVITIES.map(([name, , hue]) => {
    const part = element("i");
    part.dataset.hue = hue;
    const bead = element("i");
    bead.dataset.hue = hue;
    const number = element("b", { text: "0" });
    $("stack").append(part);
    $("doing").append(element("li", {}, [bead, element("span", { text: name }), number]));
    return { part, number };
  });
  // Each kind has a shape of its own as well as a colour.
  const SHAPES = ["M0 11 5.5 2 11 11Z", "M0 11V5H3V1H8V5H11V11Z", "M0 11V5L5.5 1 11 5V11Z", "M2.5 11V0H8.5V11Z", "M0 11V6L5.5 0 11 6V11Z"];
  KINDS.forEach((name, kind) => {
    if (!film.spaces.some((s) => s.kind === kind)) return;
    const shape = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    shape.setAttribute("width", 11);
    shape.setAttribute("height", 11);
    const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
    path.setAttribute("d", SHAPES[kind]);
    path.dataset.hue = city.KIND_HUE[kind];
    shape.append(path);
    $("kinds").append(element("li", {}, [shape, element("span", { text: name })]));
  });
  const all = film.series.map((series) => charts.make(series, film, (tick) => seek(tick, false)));
  for (const chart of all) $("charts").append(chart.card);
  const turns = film.turns.map((turn) => {
    const row = element("li", {}, [element("span", { text: charts.when(turn.tick) }), element("b", { text: turn.text })]);
    row.addEventListener("click", () => seek(turn.tick, false));
    $("turns").append(row);
    return { tick: turn.tick, row };
  });
  $("rules").hidden = turns.length === 0;
  for (let i = 0; i < guide.stops.length; i++) $("dots").append(element("i"));
  const bar = timeline.make($("timeline"), film, seek);

  function setTheme(name) {
    state.theme = name;
    document.documentElement.dataset.theme = name;
    picture.setTheme(name);
    const hues = city.HUES[name];
    for (const e of document.querySelectorAll("[data-hue]")) {
      if (e instanceof SVGElement) e.style.fill = hues[e.dataset.hue];
      else e.style.background = hues[e.dataset.hue];
    }
    bar.repaint();
    ask();
  }

  function setColor(by) {
    state.by = by;
    picture.colorBy(by);
    $("by-activity").setAttribute("aria-pressed", String(by === "activity"));
    $("by-topic").setAttribute("aria-pressed", String(by === "topic"));
    ask();
  }

  function resize() {
    const isWide = window.matchMedia("(min-width: 901px)").matches;
    Object.assign(picture.inset, isWide ? { top: 34, bottom: 20 } : { top: 18, bottom: 18 });
    picture.resize();
    bar.resize();
    if (state.fit && !state.flight) Object.assign(picture.view, { x: film.side / 2, y: film.side / 2, zoom: picture.fitZoom() });
    ask();
  }

  // ---- hands

  const canvas = $("city");
  const fingers = new Map();
  let dragged = 0;
  let pinch = 0;

  function point(event) {
    const box = canvas.getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top];
  }

  function tellOf(found, x, y) {
    const hint = $("hint");
    canvas.classList.toggle("points", Boolean(found));
    if (!found) {
      hint.hidden = true;
      return;
    }
    if (found.avatar !== undefined) {
      const s = film.spans;
      const i = found.span;
      const where = s.activity[i] === reel.ACTIVITY.WALKING ? "to " : "at ";
      const place = s.space[i] === reel.NOWHERE ? "home" : film.spaces[s.space[i]].label;
      const topic = s.topic[i] < film.topics.length && s.activity[i] === reel.ACTIVITY.LOOKING ? ": " + film.topics[s.topic[i]] : "";
      hint.textContent = "Avatar " + found.avatar + "\n" + DOING[s.activity[i]] + topic + ", " + where + place;
    } else {
      const space = film.spaces[found.space];
      hint.textContent = space.label + "\n" + picture.here(found.space, state.tick) + " here now";
    }
    hint.hidden = false;
    const box = canvas.getBoundingClientRect();
    const w = hint.offsetWidth;
    const left = x + 16 + w > box.width ? x - 12 - w : x + 16;
    hint.style.transform = "translate(" + Math.max(4, left) + "px," + Math.max(4, y - hint.offsetHeight - 8) + "px)";
  }

  canvas.addEventListener("pointerdown", (event) => {
    canvas.setPointerCapture(event.pointerId);
    fingers.set(event.pointerId, point(event));
    dragged = 0;
    pinch = 0;
  });
  canvas.addEventListener("pointermove", (event) => {
    const [x, y] = point(event);
    const old = fingers.get(event.pointerId);
    if (!old) {
      const found = picture.pick(rows, x, y, 11);
      state.pointed = found && found.avatar !== undefined ? found.avatar : -1;
      tellOf(found, x, y);
      if (!state.plays) ask();
      return;
    }
    fingers.set(event.pointerId, [x, y]);
    dragged += Math.abs(x - old[0]) + Math.abs(y - old[1]);
    if (fingers.size === 1 && dragged > 4) {
      canvas.classList.add("drags");
      $("hint").hidden = true;
      state.follows = -1;
      const a = picture.toGround(...old);
      const b = picture.toGround(x, y);
      picture.view.x = Math.min(film.side, Math.max(0, picture.view.x + a.x - b.x));
      picture.view.y = Math.min(film.side, Math.max(0, picture.view.y + a.y - b.y));
      rests();
    } else if (fingers.size === 2) {
      const [p, q] = [...fingers.values()];
      const gap = Math.hypot(p[0] - q[0], p[1] - q[1]);
      if (pinch > 0) zoom(gap / pinch, (p[0] + q[0]) / 2, (p[1] + q[1]) / 2);
      pinch = gap;
    }
  });
  const release = (event) => {
    const at = fingers.get(event.pointerId);
    fingers.delete(event.pointerId);
    pinch = 0;
    canvas.classList.remove("drags");
    if (event.type === "pointerup" && at && dragged <= 4) {
      const found = picture.pick(rows, at[0], at[1], event.pointerType === "touch" ? 22 : 11);
      if (found && found.avatar !== undefined) {
        state.follows = found.avatar;
        if (picture.view.zoom < 20) {
          const where = picture.at(found.span, state.tick);
          flyTo(where.x, where.y, 26);
        }
      } else state.follows = -1;
      if (event.pointerType === "touch") tellOf(found, at[0], at[1]);
      ask();
    }
  };
  canvas.addEventListener("pointerup", release);
  canvas.addEventListener("pointercancel", release);
  canvas.addEventListener("pointerleave", () => {
    $("hint").hidden = true;
    state.pointed = -1;
    ask();
  });
  canvas.addEventListener("wheel", (event) => {
    event.preventDefault();
    state.follows = -1;
    zoom(Math.exp(-event.deltaY * (event.deltaMode === 1 ? 0.05 : 0.0016)), ...point(event));
  }, { passive: false });
  canvas.addEventListener("dblclick", (event) => zoom(1.8, ...point(event)));

  const press = (id, act) => $(id).addEventListener("click", act);
  press("play", () => play(!state.plays));
  press("begin", () => {
    if (guide.stops.length) go(0);
    play(true);
  });
  press("back", () => step(-1));
  press("next", () => step(1));
  press("caption-back", () => step(-1));
  press("caption-next", () => step(1));
  press("caption-close", () => {
    state.hidden = state.caption;
    caption();
  });
  press("slower", () => faster(-1));
  press("faster", () => faster(1));
  press("speed", () => {
    if (!guide.stops.length) return;
    state.tours = !state.tours;
    state.shown = 0;
    showSpeed();
    ask();
  });
  press("theme", () => setTheme(state.theme === "dark" ? "light" : "dark"));
  press("by-activity", () => setColor("activity"));
  press("by-topic", () => setColor("topic"));
  press("zoom-in", () => flyTo(picture.view.x, picture.view.y, Math.min(CLOSEST, picture.view.zoom * 1.7)));
  press("zoom-out", () => flyTo(picture.view.x, picture.view.y, Math.max(picture.fitZoom() * 0.8, picture.view.zoom / 1.7)));
  press("zoom-all", seeAll);
  press("help", () => $("keys").showModal());
  press("keys-close", () => $("keys").close());

  const KEYS = {
    " ": () => play(!state.plays),
    ArrowLeft: (e) => seek(state.tick - (e.shiftKey ? 60 : 10), false),
    ArrowRight: (e) => seek(state.tick + (e.shiftKey ? 60 : 10), false),
    ArrowUp: () => seek(state.tick + reel.TICKS_PER_DAY, false),
    ArrowDown: () => seek(state.tick - reel.TICKS_PER_DAY, false),
    ",": () => seek(Math.ceil(state.tick) - 1, false),
    ".": () => seek(Math.floor(state.tick) + 1, false),
    Home: () => seek(film.first, false),
    End: () => seek(film.last, false),
    "+": () => faster(1),
    "=": () => faster(1),
    "-": () => faster(-1),
    "−": () => faster(-1),
    n: () => step(1),
    p: () => step(-1),
    0: seeAll,
    t: () => $("theme").click(),
    c: () => film.topics.length && setColor(state.by === "activity" ? "topic" : "activity"),
    "?": () => $("keys").showModal(),
    Escape: () => {
      state.follows = -1;
      ask();
    },
  };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || $("keys").open) return;
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    // A button that has the focus keeps its own space bar.
    if ((key === " " || key === "Enter") && event.target instanceof HTMLButtonElement) return;
    const act = key >= "1" && key <= "9" ? () => go(Number(key) - 1) : KEYS[key];
    if (!act) return;
    event.preventDefault();
    act(event);
  });

  window.addEventListener("resize", resize);
  darkWanted.addEventListener("change", () => setTheme(darkWanted.matches ? "dark" : "light"));
  document.addEventListener("visibilitychange", () => (before = performance.now()));

  // ---- the first picture

  // A link may name a moment: #tick=1440, #caption=2, #theme=dark, #color=topic, #play.
  const asks = new URLSearchParams(location.hash.slice(1));
  showSpeed();
  setTheme(["light", "dark"].find((name) => name === asks.get("theme")) || (darkWanted.matches ? "dark" : "light"));
  setColor(asks.get("color") === "topic" && film.topics.length ? "topic" : "activity");
  document.querySelector(".choice").hidden = film.topics.length === 0;
  resize();
  const opening = film.awake.reduce((best, n, hour) => (n > film.awake[best] && hour < 24 + film.first / 60 ? hour : best), Math.floor(film.first / 60));
  state.tick = guide.stops.length ? guide.stops[0].tick : Math.min(film.last, opening * 60 + 30);
  state.caption = guide.at(state.tick);
  caption();
  $("begin").hidden = false;
  $("begin-what").textContent = guide.stops.length ? "Play the tour" : "Play";
  const seconds = guide.stops.length ? guide.total : (film.last - state.tick) / SPEEDS[state.speed];
  const long = seconds < 60 ? Math.ceil(seconds / 5) * 5 + " seconds" : (Math.round(seconds / 30) / 2) + " minutes";
  const days = Math.max(1, Math.round((film.last - film.first) / reel.TICKS_PER_DAY));
  $("begin-long").textContent = days + (days === 1 ? " day in " : " days in ") + long.replace(/^1 minutes$/, "1 minute");
  if (asks.has("tick")) seek(Number(asks.get("tick")) || film.first, false);
  if (asks.has("caption")) go(Number(asks.get("caption")) - 1);
  if (asks.has("play")) play(true);
  ask();
})();
