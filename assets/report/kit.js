"use strict";
// Numbers, colors, cards and tables; nothing in here knows what a report is about.
const kit = (() => {
  const charts = [];

  // Name of series that carry a shape but are not to be read.
  const HIDDEN = "hidden";

  const isNumber = (x) => typeof x === "number" && Number.isFinite(x);

  // "12 345", "1.23M", "0.0061": about three significant digits.
  function number(x) {
    if (!isNumber(x)) return "–";
    const size = Math.abs(x);
    if (size >= 1e9) return trim(x / 1e9) + "B";
    if (size >= 1e6) return trim(x / 1e6) + "M";
    if (size >= 1e5) return trim(x / 1e3) + "k";
    if (size >= 1000) return Math.round(x).toLocaleString("en-US");
    if (size === 0) return "0";
    if (Number.isInteger(x)) return String(x);
    return trim(x);
  }

  function trim(x) {
    const size = Math.abs(x);
    if (size < 1e-4) return x.toExponential(1);
    return String(Number(x.toPrecision(3)));
  }

  const count = (x) => (isNumber(x) ? Math.round(x).toLocaleString("en-US") : "–");

  function percent(x) {
    if (!isNumber(x)) return "–";
    const p = 100 * x;
    return (Math.abs(p) >= 10 || p === 0 ? p.toFixed(Math.abs(p) < 99.95 && p !== 0 ? 1 : 0) : String(Number(p.toPrecision(2)))) + " %";
  }

  // The same for the ticks of an axis: no digits that say nothing.
  const axisPercent = (x) => String(Number((100 * x).toPrecision(3))) + " %";

  const words = (name) => String(name).replace(/_/g, " ");

  const escape = (text) =>
    String(text).replace(/[&<>"']/g, (c) => "&#" + c.charCodeAt(0) + ";");

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

  const cards = (section) => document.querySelector("#" + section + " .cards");

  function color(name) {
    return getComputedStyle(document.documentElement).getPropertyValue("--" + name).trim();
  }

  const palette = () => [0, 1, 2, 3, 4, 5, 6, 7].map((i) => color("c" + i));

  // Cividis: readable with every kind of color vision, and in gray.
  const SCALE = ["#00224e", "#213b6e", "#4c556c", "#6c6e72", "#8e8978", "#b2a570", "#d9c55c", "#fee838"];

  function theme() {
    const ink = color("ink");
    const quiet = color("quiet");
    const axis = {
      axisLine: { lineStyle: { color: color("line") } },
      axisTick: { lineStyle: { color: color("line") } },
      axisLabel: { color: quiet, hideOverlap: true },
      nameTextStyle: { color: quiet },
      splitLine: { lineStyle: { color: color("grid") } },
      minorSplitLine: { lineStyle: { color: color("grid") } },
    };
    return {
      color: palette(),
      textStyle: { fontFamily: getComputedStyle(document.body).fontFamily, color: ink },
      legend: { textStyle: { color: ink }, inactiveColor: color("line"), pageTextStyle: { color: quiet }, pageIconColor: quiet, pageIconInactiveColor: color("line") },
      valueAxis: axis,
      logAxis: axis,
      categoryAxis: { ...axis, splitLine: { show: false } },
      visualMap: { textStyle: { color: quiet } },
      tooltip: { backgroundColor: color("card"), borderColor: color("line"), textStyle: { color: ink, fontSize: 13 } },
    };
  }

  // Options every chart starts from; `options` win.
  function base(options) {
    const legend = options.legend ? { type: "scroll", top: 0, left: 0, itemWidth: 16, itemHeight: 9, icon: "roundRect", ...options.legend } : undefined;
    return {
      animation: false,
      ...options,
      legend,
      grid: options.grid || { left: 2, right: 14, top: legend ? 32 : 4, bottom: 2, outerBoundsMode: "same", outerBoundsContain: "all" },
      tooltip: { trigger: "axis", confine: true, transitionDuration: 0, ...options.tooltip },
    };
  }

  function xAxis(name, options) {
    return { type: "value", name, nameLocation: "middle", nameGap: 26, min: "dataMin", max: "dataMax", splitLine: { show: false }, ...options };
  }

  // The name stands above the axis, pulled over the plot so that it is never cut off.
  function yAxis(name, options) {
    return {
      type: "value",
      name,
      nameLocation: "end",
      nameGap: 10,
      nameTextStyle: { align: "left", padding: [0, 0, 0, -4] },
      axisLabel: { formatter: number },
      ...options,
    };
  }

  const line = (name, data, options) => ({
    type: "line", name, data, showSymbol: data.length < 3, clip: data.length >= 3, symbolSize: 5, lineStyle: { width: 2 }, ...options,
  });

  // Lines of a tooltip: a title and [marker, name, value]; all text is escaped.
  const tip = (title, rows) =>
    "<b>" + escape(title) + "<\/b>" +
    rows.map(([marker, name, value]) => "<br>" + (marker || "") + escape(name) + ": <b>" + escape(value) + "<\/b>").join("");

  // Tooltip of charts whose points are [day, value].
  function dayTip(format) {
    return {
      trigger: "axis",
      formatter: (points) => {
        const shown = points.filter((p) => p.seriesName !== HIDDEN && isNumber(p.value[1]));
        if (!shown.length) return "";
        return tip("day " + number(shown[0].value[0]), shown.map((p) => [p.marker, p.seriesName, (format || number)(p.value[1])]));
      },
    };
  }

  function card(section, title, how, options) {
    const head = element("div", { class: "head" }, [element("h3", { text: title })]);
    const e = element("div", { class: "card " + ((options && options.size) || "") }, [head]);
    if (how) e.append(element("p", { class: "how", text: how }));
    cards(section).append(e);
    return { e, head };
  }

  const empty = (why) => element("p", { class: "empty", text: "Nothing to show: " + why });

  // A card with a chart. `build` returns options, or a string that says why there is nothing to show.
  // `options`: size, tall, square (pixels of height beside the square), modes (names of views; `build` receives the current one).
  function chart(section, title, how, build, options) {
    const o = options || {};
    const { e, head } = card(section, title, how, o);
    let mode = o.modes ? o.modes[0] : undefined;
    const first = build(mode);
    if (typeof first === "string") {
      e.append(empty(first));
      return;
    }
    const box = element("div", { class: "chart" + (o.tall ? " tall" : ""), role: "img", "aria-label": title + ". " + how });
    e.append(box);
    const fit = () => {
      if (!o.square) return;
      const side = Math.min(e.clientWidth - 24, 700);
      box.style.width = side + "px";
      box.style.height = side + o.square + "px";
    };
    fit();
    let instance;
    const draw = () => {
      if (instance) instance.dispose();
      instance = echarts.init(box, theme());
      instance.setOption(base(build(mode)));
    };
    draw();
    charts.push(draw);
    let width = e.clientWidth;
    new ResizeObserver(() => {
      if (e.clientWidth === width || e.clientWidth === 0) return;
      width = e.clientWidth;
      fit();
      draw();
    }).observe(e);
    if (o.modes) {
      const button = element("button", { type: "button" });
      const label = () => {
        button.textContent = "Show " + o.modes[(o.modes.indexOf(mode) + 1) % o.modes.length];
      };
      button.addEventListener("click", () => {
        mode = o.modes[(o.modes.indexOf(mode) + 1) % o.modes.length];
        label();
        draw();
      });
      label();
      head.append(button);
    }
  }

  // A table; a column is {name, cell(row) → text or element, number, title, bar}. On a phone the rows of a wide table become lists.
  function table(columns, rows) {
    const kind = (c) => (c.number ? "number" : "") + (c.title ? " title" : "") + (c.bar ? " bar" : "");
    const head = element("tr", {}, columns.map((c) => element("th", { class: kind(c), text: c.name, scope: "col" })));
    const body = rows.map((row) =>
      element("tr", {}, columns.map((c) => {
        const content = c.cell(row);
        const said = content instanceof Node ? content : element("span", { class: "said", text: content });
        const cell = element("td", { class: kind(c) }, content === "" ? [] : [said]);
        if (!c.title) cell.setAttribute("data-label", c.name);
        return cell;
      })));
    return element("table", { class: columns.length <= 4 ? "tight" : "" }, [element("thead", {}, [head]), element("tbody", {}, body)]);
  }

  const tile = (name, value, aside, kind) =>
    element("div", { class: "tile" }, [
      element("div", { class: "name", text: name }),
      element("div", { class: "value " + (kind || ""), text: value }),
      element("div", { class: "aside", text: aside || "" }),
    ]);

  function tableCard(section, title, how, columns, rows, why, options) {
    const { e } = card(section, title, how, options);
    e.append(rows.length ? table(columns, rows) : empty(why));
  }

  const narrow = () => window.innerWidth <= 640;

  window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => charts.forEach((draw) => draw()));

  return { SCALE, HIDDEN, isNumber, number, count, percent, axisPercent, words, escape, element, cards, color, palette, xAxis, yAxis, line, tip, dayTip, card, empty, chart, table, tableCard, tile, narrow };
})();
