"use strict";
// Numbers as people read them, and small charts with a cursor; nothing in here knows the city.
const charts = (() => {
  const SVG = "http://www.w3.org/2000/svg";
  const UNIT = { COUNT: 0, SHARE: 1, INDEX: 2, COINS: 3, MONEY: 4, MINUTES: 5 };
  const DAY = reel.TICKS_PER_DAY;

  function element(tag, options, children) {
    const e = document.createElement(tag);
    for (const [key, value] of Object.entries(options || {})) {
      if (key === "text") e.textContent = value;
      else if (key === "class") e.className = value;
      else e.setAttribute(key, value);
    }
    for (const child of children || []) if (child) e.append(child);
    return e;
  }

  function drawing(tag, options) {
    const e = document.createElementNS(SVG, tag);
    for (const [key, value] of Object.entries(options)) e.setAttribute(key, value);
    return e;
  }

  function short(x) {
    const size = Math.abs(x);
    if (size >= 1e6) return Number((x / 1e6).toPrecision(3)) + "M";
    if (size >= 1e4) return Number((x / 1e3).toPrecision(3)) + "k";
    if (size >= 100) return Math.round(x).toLocaleString("en-US");
    if (size >= 10 || Number.isInteger(x)) return String(Number(x.toPrecision(3)));
    return String(Number(x.toPrecision(2)));
  }

  function say(x, unit) {
    if (!Number.isFinite(x)) return "–";
    switch (unit) {
      case UNIT.SHARE:
        return (100 * x).toFixed(1) + " %";
      case UNIT.INDEX:
        return x.toFixed(2);
      case UNIT.MONEY:
        return x >= 100 ? short(x) : x.toFixed(2);
      case UNIT.MINUTES:
        return x >= 600 ? short(x / 60) + " h" : Math.round(x) + " min";
      case UNIT.COINS:
        return short(x);
      default:
        return x >= 10 ? short(Math.round(x)) : short(x);
    }
  }

  const clock = (tick) => {
    const minute = Math.floor(tick) % DAY;
    return String(Math.floor(minute / 60)).padStart(2, "0") + ":" + String(minute % 60).padStart(2, "0");
  };
  const dayOf = (tick) => Math.floor(tick / DAY);
  const when = (tick) => "Day " + dayOf(tick) + ", " + clock(tick);

  // The value that is known at a tick: that of the last step that is over.
  function valueAt(series, tick) {
    const i = Math.floor((tick - series.first) / series.step);
    return i < 0 ? NaN : series.values[Math.min(i, series.values.length - 1)];
  }

  // A scale that begins at 0 where that costs little, and else a little below the least.
  function range(series) {
    let low = Infinity;
    let high = -Infinity;
    for (const x of series.values) {
      if (!Number.isFinite(x)) continue;
      low = Math.min(low, x);
      high = Math.max(high, x);
    }
    if (!(low <= high)) return { low: 0, high: 1, least: NaN, most: NaN };
    const [least, most] = [low, high];
    if (low >= 0 && (low < 0.45 * high || high === low)) low = 0;
    else {
      const more = (high - low) * 0.12 || Math.abs(high) * 0.1 || 1;
      low -= more;
      high += more;
    }
    return { low, high: high === low ? low + 1 : high, least, most };
  }

  const W = 1000;
  const H = 100;

  // Makes a chart of a series. `seek` is called with a tick, `turns` are drawn as marks.
  function make(series, film, seek) {
    const { low, high, least, most } = range(series);
    const span = Math.max(1, film.last - film.first);
    const x = (tick) => ((tick - film.first) / span) * W;
    const y = (value) => H - 4 - ((value - low) / (high - low)) * (H - 10);
    let line = "";
    let fill = "";
    let begun = 0;
    let lastX = 0;
    series.values.forEach((value, i) => {
      const tick = series.first + i * series.step;
      if (!Number.isFinite(value) || tick < film.first || tick > film.last) {
        if (begun) fill += "L" + lastX + " " + H + "Z";
        begun = 0;
        return;
      }
      const at = x(tick).toFixed(2) + " " + y(value).toFixed(2);
      line += (begun ? "L" : "M") + at;
      fill += begun ? "L" + at : "M" + x(tick).toFixed(2) + " " + H + "L" + at;
      lastX = x(tick).toFixed(2);
      begun++;
    });
    if (begun) fill += "L" + lastX + " " + H + "Z";

    const plot = drawing("svg", { viewBox: "0 0 " + W + " " + H, preserveAspectRatio: "none", "aria-hidden": "true" });
    const clip = "past-" + series.key;
    const past = drawing("rect", { x: 0, y: 0, width: 0, height: H });
    const frame = drawing("clipPath", { id: clip });
    frame.append(past);
    plot.append(frame);
    for (const turn of film.turns) {
      if (turn.tick < film.first || turn.tick > film.last) continue;
      plot.append(drawing("line", { class: "turn", x1: x(turn.tick), x2: x(turn.tick), y1: 0, y2: H }));
    }
    plot.append(drawing("path", { class: "future", d: line }));
    plot.append(drawing("path", { class: "area", d: fill, "clip-path": "url(#" + clip + ")" }));
    plot.append(drawing("path", { class: "line", d: line, "clip-path": "url(#" + clip + ")" }));

    const value = element("output", { class: "value" });
    const cursor = element("i", { class: "cursor" });
    const dot = element("i", { class: "point" });
    const tip = element("span", { class: "tip", hidden: "" });
    const box = element("div", { class: "plot" }, [plot, cursor, dot, tip]);
    box.prepend(element("span", { class: "high", text: Number.isFinite(most) ? say(most, series.unit) : "" }));
    const trend = Number.isFinite(least) ? "from " + say(least, series.unit) + " to " + say(most, series.unit) : "nothing observed";
    const card = element("section", { class: "card chart", tabindex: "-1", role: "group", "aria-label": series.title + ", " + trend }, [
      element("header", {}, [element("h3", { text: series.title }), value]),
      box,
    ]);

    const tickAt = (event) => {
      const rect = box.getBoundingClientRect();
      return film.first + Math.min(1, Math.max(0, (event.clientX - rect.left) / rect.width)) * span;
    };
    const hover = (event) => {
      const tick = tickAt(event);
      tip.hidden = false;
      tip.textContent = when(tick) + " · " + say(valueAt(series, tick), series.unit);
      const share = (tick - film.first) / span;
      tip.style.left = 100 * share + "%";
      tip.style.transform = "translateX(" + -100 * share + "%)";
    };
    let isDown = false;
    box.addEventListener("pointerdown", (event) => {
      if (event.button !== 0) return;
      isDown = true;
      if (event.pointerType === "mouse") box.setPointerCapture(event.pointerId);
      seek(tickAt(event));
    });
    box.addEventListener("pointermove", (event) => {
      if (event.pointerType === "mouse") hover(event);
      if (isDown && event.pointerType === "mouse") seek(tickAt(event));
    });
    for (const name of ["pointerup", "pointercancel", "pointerleave"]) {
      box.addEventListener(name, () => {
        isDown = name === "pointerleave" ? isDown : false;
        tip.hidden = true;
      });
    }

    let shown = "";
    return {
      key: series.key,
      card,
      show(tick) {
        cursor.style.left = 100 * Math.min(1, Math.max(0, (tick - film.first) / span)) + "%";
        const now = valueAt(series, tick);
        // The line ends at what is known: a day's number is known when the day is over.
        const steps = Math.min(series.values.length - 1, Math.floor((tick - series.first) / series.step));
        const known = steps < 0 ? 0 : x(series.first + steps * series.step);
        past.setAttribute("width", Math.max(0, known).toFixed(2));
        dot.style.display = Number.isFinite(now) ? "" : "none";
        if (Number.isFinite(now)) {
          dot.style.left = (100 * known) / W + "%";
          dot.style.top = y(now) + "%";
        }
        const text = say(now, series.unit);
        if (text !== shown) value.textContent = shown = text;
      },
    };
  }

  return { make, element, when, short };
})();
