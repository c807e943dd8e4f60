"use strict";
// The sections of a report, top to bottom; the rows are described in src/lab/report/data.rs.
(() => {
  const data = JSON.parse(document.getElementById("report-data").textContent);
  const { summary, days } = data;
  // Files of older versions have none of these.
  const { cards: models = [], calibration = [], drift: noticed = { alarms: [] }, trade = {}, ads: sold = { slots: 0, credits: [], reserves: [], spending: [], traffic: [] } } = data;
  // From the page, not the data: a seed has 64 bits, a number here 53.
  const seed = document.body.dataset.seed;
  const { SCALE, HIDDEN, isNumber, number, count, percent, axisPercent, words, element, color, xAxis, yAxis, line, tip, dayTip, card, empty, chart, tableCard } = kit;

  const NO_DAYS = "the run ended before its first day was over.";
  const series = (field) => days.map((d) => [d.day, d[field]]);
  const mean = (values) => {
    const known = values.filter(isNumber);
    return known.length ? known.reduce((a, b) => a + b, 0) / known.length : null;
  };
  const sum = (values) => values.filter(isNumber).reduce((a, b) => a + b, 0);
  const ratio = (a, b) => (isNumber(a) && isNumber(b) && b > 0 ? a / b : null);
  // A published fact, to be drawn beside what the city shows.
  const fact = (key) => data.scorecard.find((f) => f.key === key);
  const lastWeek = (field) => mean(days.slice(-7).map((d) => d[field]));
  const day = () => xAxis("day", { minInterval: 1 });
  const shareAxis = (name, options) => yAxis(name, { min: 0, axisLabel: { formatter: axisPercent }, ...options });

  // Lines over days; `fields` are [name, function of a day row].
  function overDays(section, title, how, fields, axis, options) {
    const o = options || {};
    chart(section, title, how, () => {
      if (!days.length) return NO_DAYS;
      if (!days.some((d) => fields.some(([, f]) => isNumber(f(d))))) return o.why || "nothing was observed.";
      return {
        legend: fields.length > 1 ? { data: fields.map(([name]) => name) } : undefined,
        tooltip: dayTip(o.format),
        xAxis: day(),
        yAxis: axis,
        series: fields.map(([name, f], i) => ({
          ...line(name, days.map((d) => [d.day, f(d)])),
          connectNulls: Boolean(o.connect),
          markLine: i === 0 ? o.marks : undefined,
        })),
      };
    }, o);
  }

  function header() {
    document.getElementById("scenario").textContent = words(summary.scenario);
    document.getElementById("description").textContent = data.description;
    const chips = [
      [count(summary.days) + (summary.days === 1 ? " day" : " days")],
      [count(summary.avatars) + " avatars"],
      ["seed " + seed],
      ["version " + summary.agora_version],
      summary.books.balanced ? ["books balance"] : ["books do not balance", "bad"],
    ];
    if (summary.interrupted) chips.push(["stopped before its last day", "bad"]);
    for (const [text, kind] of chips) {
      document.getElementById("chips").append(element("li", { text, class: kind || "" }));
    }
  }

  function headline() {
    const tiles = [];
    const tile = (...of) => tiles.push(kit.tile(...of));
    const retained = (n) => {
      const p = data.retention.find((r) => r.day === n);
      if (!p) tile("Day-" + n + " retention", "–", "the run was too short");
      else tile("Day-" + n + " retention", percent(p.share), "95 % interval " + percent(p.low) + " to " + percent(p.high));
    };
    const week = days.length === 1 ? "on the only day" : "mean of the last " + Math.min(7, days.length || 7) + " days";
    tile("Active a day", days.length ? number(Math.round(lastWeek("active"))) : "–", week);
    tile("Stickiness", percent(ratio(lastWeek("active"), lastWeek("mau"))), "daily over monthly active, " + week);
    retained(1);
    retained(7);
    retained(30);
    tile("Minutes per active", number(mean(days.slice(-7).map((d) => ratio(d.minutes, d.active)))), "a day, " + week);
    tile("Attention efficiency", percent(lastWeek("attention_efficiency")), "attained over attainable, " + week);
    tile("Satisfaction", percent(lastWeek("satisfaction")), "true, from 0 to 100 %, " + week);
    tile("Ad revenue", days.length ? number(sum(days.map((d) => d.ad_revenue))) : "–", "outside money over the run");
    tile("Regret", percent(lastWeek("regret_share")), "of minutes, " + week);
    tile("Night", percent(lastWeek("night_share")), "of minutes between 0 and 5, " + week);
    tile("Coins in existence", days.length ? number(days[days.length - 1].coins_supply) : "–", "at the end");
    const { passed, of } = summary.realism;
    const unseen = data.scorecard.filter((f) => !isNumber(f.value)).length;
    tile("Realism", of ? passed + " of " + of : "–", of ? "published facts within their band" + (unseen ? ", " + unseen + " not observable" : "") : "not judged", of ? (passed === of ? "good" : "bad") : "");
    kit.cards("headline").append(element("div", { class: "tiles" }, tiles));

    const names = Object.keys(summary.metrics);
    if (!names.length) return;
    const list = element("dl", { class: "columns" }, names.map((name) =>
      element("div", {}, [element("dt", { text: words(name) }), element("dd", { text: number(summary.metrics[name]) })])));
    const { e, head } = card("headline", "", "", { size: "wide" });
    head.remove();
    e.append(element("details", {}, [element("summary", { text: "All " + names.length + " headline numbers of this run" }), list]));
  }

  function retention() {
    const targets = [1, 7, 30].map((n) => [n, fact("retention.d" + n)]).filter(([, f]) => f);
    chart("retention", "Day-n retention", "Share of newcomers active exactly n days later, with its 95 % interval. A power law is a straight line on log scales." + (targets.length ? " Bars: where days 1, 7 and 30 should lie; circles: published figures." : ""), (mode) => {
      const log = mode === "log scales";
      const points = data.retention.filter((p) => p.day >= 1 && isNumber(p.share) && (!log || p.share > 0));
      if (!points.length) return "no newcomer was observed for a day after arriving.";
      const floor = Math.max(1e-3, Math.min(...points.map((p) => p.share)) / 3);
      const low = (p) => Math.max(isNumber(p.low) ? p.low : p.share, log ? floor : 0);
      const high = (p) => Math.min(isNumber(p.high) ? p.high : p.share, 1);
      const last = points[points.length - 1].day;
      const near = targets.filter(([n]) => n <= last);
      const most = Math.max(...points.map(high), ...near.map(([, f]) => f.high));
      return {
        legend: { data: ["active"].concat(near.length ? ["accepted", "published"] : []) },
        tooltip: {
          trigger: "axis",
          formatter: (shown) => {
            const p = points.find((r) => r.day === shown[0].value[0]);
            const t = p && near.find(([n]) => n === p.day);
            return p ? tip("day " + p.day, [["", "active", percent(p.share)], ["", "95 % interval", percent(p.low) + " to " + percent(p.high)], ["", "newcomers", count(p.n)]].concat(t ? [["", "accepted", percent(t[1].low) + " to " + percent(t[1].high)]] : [])) : "";
          },
        },
        xAxis: xAxis("days since arrival", log ? { type: "log", min: 1, max: Math.max(2, last) } : { min: 0, max: last + 0.5, minInterval: 1, axisLabel: { showMaxLabel: false } }),
        yAxis: log ? yAxis("share active", { type: "log", min: floor, max: 1, axisLabel: { formatter: axisPercent } }) : shareAxis("share active", { max: Math.min(1, Math.ceil(most * 10.5) / 10) }),
        series: [
          band(points.map((p) => [p.day, low(p), high(p)]), color("c0")),
          line("active", points.map((p) => [p.day, p.share]), { showSymbol: points.length < 90, symbolSize: 5, z: 3, color: color("c0") }),
          ...(near.length ? [accepted(near, log ? floor : 0), { type: "scatter", name: "published", z: 4, symbol: "circle", symbolSize: 9, itemStyle: { color: color("card"), borderColor: color("c1"), borderWidth: 2 }, color: color("c1"), data: near.filter(([, f]) => isNumber(f.published)).map(([n, f]) => [n, f.published]) }] : []),
        ],
      };
    }, { modes: ["linear scales", "log scales"] });

    chart("retention", "Not gone for good", "Kaplan–Meier estimate with its 95 % interval: share of newcomers that has not left for good. Who is still there when the run ends is censored.", () => {
      const points = data.survival;
      if (!points.length) return "nobody arrived during the run.";
      return {
        tooltip: {
          trigger: "axis",
          formatter: (shown) => {
            const p = points[shown[0].dataIndex];
            return p ? tip("after " + number(p.days) + " days", [["", "still here", percent(p.share)], ["", "95 % interval", percent(p.low) + " to " + percent(p.high)], ["", "watched so long", count(p.at_risk)]]) : "";
          },
        },
        xAxis: xAxis("days since arrival", { max: Math.ceil(points[points.length - 1].days) }),
        yAxis: shareAxis("share still here", { max: 1 }),
        series: [
          line("still here", points.map((p) => [p.days, p.share]), { step: "end", color: color("c2"), showSymbol: false }),
          band(points.map((p) => [p.days, p.low, p.high]), color("c2")),
        ],
      };
    });

    chart("retention", "Cohorts", "Share active by arrival day (row) and days since (column). Day 0, the day of arrival, is left out." + (mean(data.cohort_sizes) ? " A cohort is " + number(Math.round(mean(data.cohort_sizes))) + " newcomers on average, so single cells are noisy." : ""), () => {
      const cells = [];
      data.cohorts.forEach((row, arrival) => row.forEach((share, since) => {
        if (since > 0 && isNumber(share)) cells.push([since, arrival, share]);
      }));
      if (!cells.length) return "no newcomer was observed for a day after arriving.";
      const last = Math.max(...cells.map((c) => c[0]));
      const most = quantile(cells.map((c) => c[2]), 0.995) || 1;
      return {
        tooltip: { trigger: "item", formatter: (p) => tip("arrived on day " + p.value[1], [["", "active " + p.value[0] + " days later", percent(p.value[2])], ["", "newcomers of that day", count(data.cohort_sizes[p.value[1]])]]) },
        grid: { left: 2, right: 14, top: kit.narrow() ? 48 : 30, bottom: 2, outerBoundsMode: "same", outerBoundsContain: "all" },
        xAxis: { type: "category", name: "days since arrival", nameLocation: "middle", nameGap: 26, data: Array.from({ length: last + 1 }, (_, i) => i), min: 1 },
        yAxis: { type: "category", name: "arrival day", inverse: true, nameLocation: "start", nameGap: 8, nameTextStyle: { align: "left", padding: [0, 0, 0, -4] }, data: data.cohorts.map((_, i) => i), axisLabel: { interval: Math.ceil(data.cohorts.length / 16) - 1 } },
        visualMap: {
          min: 0, max: most, calculable: false, orient: "horizontal", right: 0, top: 0, itemWidth: 12, itemHeight: 110,
          inRange: { color: SCALE }, text: [percent(most) + " or more", "active: 0 %"], dimension: 2,
        },
        series: [{ type: "heatmap", data: cells.map((c) => [c[0], c[1], c[2]]), progressive: 0, emphasis: { disabled: true } }],
      };
    }, { size: "wide", tall: true });
  }

  // A shaded interval; points are [x, low, high].
  function band(points, paint) {
    const outline = points.map((p) => [p[0], p[1]]).concat(points.slice().reverse().map((p) => [p[0], p[2]]));
    return {
      type: "custom", name: HIDDEN, silent: true, z: 1, clip: true, data: [outline[0]], dimensions: ["x", "y"],
      renderItem: (_, api) => ({ type: "polygon", shape: { points: outline.map((p) => api.coord(p)) }, style: { fill: paint, opacity: 0.2 } }),
    };
  }

  // Upright bars over the accepted bands of facts; `near` are [x, fact].
  function accepted(near, floor) {
    return {
      type: "custom", name: "accepted", silent: true, z: 2, clip: true, color: color("c1"), dimensions: ["x", "low", "high"],
      data: near.map(([n, f]) => [n, Math.max(f.low, floor), f.high]),
      renderItem: (_, api) => {
        const [x, bottom] = api.coord([api.value(0), api.value(1)]);
        const top = api.coord([api.value(0), api.value(2)])[1];
        return { type: "rect", shape: { x: x - 4, y: top, width: 8, height: bottom - top, r: 4 }, style: { fill: color("c1"), opacity: 0.4 } };
      },
    };
  }

  function quantile(values, q) {
    const sorted = values.slice().sort((a, b) => a - b);
    return sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))];
  }

  function engagement() {
    overDays("engagement", "Active avatars", "Active on the day, within 7 days and within 30 days.", [["day", (d) => d.active], ["7 days", (d) => d.wau], ["30 days", (d) => d.mau]], yAxis("avatars", { min: 0 }), { format: count });
    const swing = fact("activity.diurnal_ratio");
    chart("engagement", "Activity by hour", "Share of all events by hour of the city's clock." + (swing && isNumber(swing.value) ? " Busiest over quietest hour: " + number(swing.value) + "; accepted: " + number(swing.low) + " to " + number(swing.high) + "." : ""), () => {
      const total = sum(data.hours);
      if (!(total > 0)) return "nobody was active.";
      return {
        tooltip: { trigger: "axis", formatter: (p) => tip(p[0].name + ":00", [["", "of all activity", percent(p[0].value)]]) },
        xAxis: { type: "category", name: "hour", nameLocation: "middle", nameGap: 26, data: data.hours.map((_, h) => String(h)), axisLabel: { interval: 2 } },
        yAxis: shareAxis("share"),
        series: [{ type: "bar", data: data.hours.map((x) => x / total), barCategoryGap: "20%" }],
      };
    });
    overDays("engagement", "Sessions", "Sessions begun a day, divided by those active.", [["sessions", (d) => ratio(d.sessions, d.active)]], yAxis("sessions per active avatar", { min: 0 }), { why: "nobody was active.", size: "third" });
    overDays("engagement", "Time", "Minutes of the sessions that ended, divided by those active.", [["minutes", (d) => ratio(d.minutes, d.active)]], yAxis("minutes per active avatar", { min: 0 }), { why: "nobody was active.", size: "third" });
    overDays("engagement", "Newcomers", "Avatars that arrived.", [["newcomers", (d) => d.newcomers]], yAxis("avatars a day", { min: 0 }), { format: count, size: "third" });
  }

  // Days on which another model took over.
  function modelChanges() {
    const changes = [];
    days.forEach((d, i) => {
      if (d.model && (i === 0 || d.model !== days[i - 1].model)) changes.push({ day: d.day, model: d.model });
    });
    return changes;
  }

  function modelSentence() {
    const changes = modelChanges();
    if (!changes.length) return "";
    const shown = changes.slice(0, 4).map((c) => words(c.model) + " from day " + c.day).join(", ");
    return " Served by " + shown + (changes.length > 4 ? " and " + (changes.length - 4) + " more changes." : ".");
  }

  function modelMarks() {
    const changes = modelChanges().slice(1);
    if (!changes.length || changes.length > 12) return undefined;
    return {
      silent: true, symbol: "none", lineStyle: { color: color("quiet"), type: "dashed", width: 1 },
      label: { show: false }, data: changes.map((c) => ({ xAxis: c.day })),
    };
  }

  // A shift of interests and what was noticed of it, as lines across a chart by day.
  function driftMarks() {
    const marks = noticed.alarms.slice(0, 40).map((a) => ({ xAxis: a.day, lineStyle: { color: color("c1"), type: "solid", width: 1 } }));
    if (isNumber(noticed.shift_day)) marks.push({ xAxis: noticed.shift_day, lineStyle: { color: color("ink"), type: "dotted", width: 2 } });
    return marks;
  }

  function marksOf(...lists) {
    const all = lists.filter(Boolean).flat();
    if (!all.length) return undefined;
    return { silent: true, symbol: "none", lineStyle: { color: color("quiet"), type: "dashed", width: 1 }, label: { show: false }, data: all };
  }

  function driftSentence() {
    const shift = isNumber(noticed.shift_day) && noticed.shift_day < days.length ? " Dotted: interests shift." : "";
    return (noticed.alarms.length ? " Solid lines: alarms about drift." : "") + shift;
  }

  function attention() {
    const noOracle = "the run did not compute what was attainable.";
    overDays("attention", "Attention efficiency", "Value attained over the value an oracle with the true worth of everything would attain with the same minutes." + modelSentence() + driftSentence(),
      [["efficiency", (d) => d.attention_efficiency]], shareAxis("attained share", { max: 1 }), { format: percent, connect: true, marks: marksOf((modelMarks() || {}).data, driftMarks()), why: noOracle });
    overDays("attention", "Price of attention", "Worth of one more minute at the optimum (dual price).", [["value per minute", (d) => d.attention_price]], yAxis("value per minute", { min: 0 }), { connect: true, why: noOracle });
    chart("attention", "Attention by domain", "Minutes per day.", (mode) => {
      const shares = mode === "shares";
      const lists = data.attention_by_domain.filter(([, m]) => sum(m) > 0);
      if (!days.length) return NO_DAYS;
      if (!lists.length) return "no attention was spent.";
      const totals = days.map((_, i) => sum(lists.map(([, m]) => m[i])));
      return {
        legend: { data: lists.map(([name]) => words(name)) },
        tooltip: dayTip(shares ? percent : number),
        xAxis: day(),
        yAxis: shares ? shareAxis("share of minutes", { max: 1 }) : yAxis("minutes", { min: 0 }),
        series: lists.map(([name, m]) => line(words(name), days.map((d, i) => [d.day, shares ? ratio(m[i], totals[i]) : m[i]]),
          { stack: "domains", areaStyle: { opacity: 0.75 }, lineStyle: { width: 0.5 } })),
      };
    }, { modes: ["minutes", "shares"], size: "two-thirds" });
    bars("attention", "Attention by kind of space", "Minutes over the whole run.", data.attention_by_space, "no attention was spent in a space.", { size: "third" });
  }

  // Horizontal bars, largest on top.
  function bars(section, title, how, pairs, why, options) {
    chart(section, title, how, () => {
      const rows = pairs.filter(([, v]) => isNumber(v) && v > 0).sort((a, b) => a[1] - b[1]);
      if (!rows.length) return why;
      return {
        tooltip: { trigger: "item", formatter: (p) => tip(p.name, [["", "minutes", number(p.value)]]) },
        grid: { left: 4, right: 56, top: 8, bottom: 4, outerBoundsMode: "same", outerBoundsContain: "axisLabel" },
        xAxis: { type: "value", show: false },
        yAxis: { type: "category", data: rows.map(([name]) => words(name)), axisLabel: { width: 110, overflow: "truncate" }, axisTick: { show: false }, axisLine: { show: false } },
        series: [{ type: "bar", data: rows.map(([, v]) => v), barMaxWidth: 26, label: { show: true, position: "right", color: color("quiet"), formatter: (p) => number(p.value) } }],
      };
    }, options);
  }

  function recommendations() {
    tableCard("recommendations", "Surfaces", "What each surface served and how good it was by the truth that only the lab knows.", [
      { name: "surface", title: true, cell: (r) => words(r.surface) },
      { name: "slates", number: true, cell: (r) => count(r.slates) },
      { name: "taken per slate", number: true, cell: (r) => number(r.take_rate) },
      { name: "mean true utility", number: true, cell: (r) => number(r.mean_true_utility) },
      { name: "catalogue shown", number: true, cell: (r) => percent(r.coverage) },
    ], data.surfaces, "no slate was served.", { size: "wide" });
    registry();
    calibrated();
    const metrics = [...new Set(data.models.map((m) => m.metric))];
    if (!metrics.length) {
      chart("recommendations", "Learning curves", "Quality of each model by the day after which it was evaluated.", () => "no model was evaluated.", { size: "wide" });
      return;
    }
    for (const metric of metrics) {
      const rows = data.models.filter((m) => m.metric === metric);
      const names = [...new Set(rows.map((m) => m.name))];
      chart("recommendations", "Learning curve: " + words(metric), "By the day on which a training ended; only a model that is not worse than the live one takes over.", () => ({
        legend: names.length > 1 ? { data: names.map(words) } : undefined,
        tooltip: dayTip(),
        xAxis: xAxis("day", { min: 0, max: Math.max(days.length, 1), minInterval: 1 }),
        yAxis: yAxis(words(metric), { scale: true }),
        series: names.map((name) => line(words(name), rows.filter((m) => m.name === name).sort((a, b) => a.day - b.day).map((m) => [m.day, m.value]), { showSymbol: true, symbolSize: 4 })),
      }), { size: metrics.length === 1 ? "wide" : "" });
    }
  }

  function registry() {
    const newest = models.slice().reverse();
    tableCard("recommendations", "Model registry", "Newest first. Live: serves. Challenger: is compared with the live one on what people choose. Replaced: served once. Held: never served, for it was no better than the live one or another came first.", [
      { name: "model", title: true, cell: (m) => words(m.name) + ", version " + m.version },
      { name: "trained on day", number: true, cell: (m) => number(m.day) },
      { name: "rows", number: true, cell: (m) => count(m.rows) },
      { name: "loss", number: true, cell: (m) => number(m.loss) },
      { name: "held out", number: true, cell: (m) => number(m.held_out) },
      { name: "live one's", number: true, cell: (m) => number(m.incumbent) },
      { name: "state", cell: (m) => element("span", { class: "said mark " + ({ live: "good", held: "bad" }[m.state] || "unknown"), text: m.state }) },
    ], newest.slice(0, 100), "no model was trained; platform.recommend.retrain_hours sets how often that is tried.", { size: "wide" });
    for (const m of newest.filter((x) => x.curve.length > 1)) {
      const lists = [["loss", m.curve.map((p) => [p.pass, p.loss])], ["held out", m.curve.map((p) => [p.pass, p.held_out])]];
      const shown = lists.filter(([, points]) => points.some((p) => isNumber(p[1])));
      chart("recommendations", "Last training of " + words(m.name), "Version " + m.version + ", by pass over its rows" + (shown.length > 1 ? "; what was held out, on the right, is better when higher." : "."), () => {
        if (!shown.length) return "no pass had a loss that is a number.";
        return {
          legend: shown.length > 1 ? { data: shown.map(([name]) => name) } : undefined,
          tooltip: {
            trigger: "axis",
            formatter: (points) => (points.length ? tip("pass " + points[0].value[0], points.filter((p) => isNumber(p.value[1])).map((p) => [p.marker, p.seriesName, number(p.value[1])])) : ""),
          },
          xAxis: xAxis("pass", { minInterval: 1 }),
          yAxis: shown.map(([name], i) => yAxis(shown.length > 1 ? "" : name, { scale: true, splitLine: { show: i === 0 } })),
          series: shown.map(([name, points], i) => line(name, points, { yAxisIndex: i, connectNulls: true })),
        };
      });
    }
  }

  function calibrated() {
    const errors = calibration.map((c) => words(c.surface) + " " + percent(c.expected_error)).join(", ");
    chart("recommendations", "Calibration", "Predicted attraction against the share that was taken, in up to ten bins; on the dashed line predictions come true. Slots count by the probability that they are looked at." + (errors ? " Expected calibration error: " + errors + "." : ""), () => {
      if (!calibration.length) return "no prediction was counted; only runs that were simulated have them.";
      const most = Math.max(...calibration.flatMap((c) => c.bins.map((b) => Math.max(b.predicted, b.taken))));
      const top = Math.min(1, Math.ceil(most * 20 + 0.5) / 20);
      return {
        legend: { data: calibration.map((c) => words(c.surface)) },
        tooltip: {
          trigger: "item",
          formatter: (p) => {
            const c = calibration.find((x) => words(x.surface) === p.seriesName);
            const b = c && c.bins[p.dataIndex];
            return b ? tip(p.seriesName, [["", "predicted", percent(b.predicted)], ["", "taken", percent(b.taken)], ["", "slots", count(b.slots)]]) : "";
          },
        },
        xAxis: xAxis("predicted attraction", { min: 0, max: top, axisLabel: { formatter: axisPercent } }),
        yAxis: shareAxis("taken", { max: top }),
        series: [
          ...calibration.map((c) => line(words(c.surface), c.bins.map((b) => [b.predicted, b.taken]), { showSymbol: true, symbolSize: 6 })),
          line(HIDDEN, [[0, 0], [top, top]], { silent: true, showSymbol: false, clip: true, color: color("quiet"), lineStyle: { width: 1, type: "dashed" }, tooltip: { show: false } }),
        ],
      };
    });
  }

  function driftSentences() {
    const shift = noticed.shift_day;
    if (!isNumber(shift)) return ["No shift of interests was scheduled, so that delay and recovery are not known; society.shocks.shift_day schedules one."];
    if (shift >= summary.ticks / 1440) return ["Interests were to shift on day " + shift + ", which the run did not reach."];
    const inDays = (n) => n + (n === 1 ? " day" : " days");
    const before = noticed.efficiency_before;
    const noticedAfter = isNumber(noticed.delay_hours)
      ? "Interests shifted on day " + shift + "; the first alarm came " + number(noticed.delay_hours) + " hours later."
      : "Interests shifted on day " + shift + "; no alarm was raised after that.";
    if (!isNumber(before)) return [noticedAfter, "Attention efficiency was not observed both before and after it, so that nothing can be said about recovery; lab.oracle_every turns the oracle on."];
    const fall = "Attention efficiency was " + percent(before) + " in the five days before, and " + percent(noticed.efficiency_lowest) + " on its lowest day since";
    if (noticed.recovery_days === 0) return [noticedAfter, fall + "; no day fell below 95 % of the level before."];
    if (isNumber(noticed.recovery_days)) return [noticedAfter, fall + "; its mean over three days was back at 95 % of the level before after " + inDays(noticed.recovery_days) + "."];
    return [noticedAfter, fall + "; its mean over three days was not back at 95 % of the level before within the run."];
  }

  function drift() {
    tableCard("drift", "Alarms", "When the platform noticed that people do other things than its models learned from: topics of what is engaged with (population stability index), surprise of predictions in nats (Page-Hinkley), and the share of slates of which something is taken (ADWIN). The chart of attention efficiency marks them.", [
      { name: "day", title: true, cell: (a) => number(a.day) },
      { name: "watched", cell: (a) => a.stream },
      { name: "detector", cell: (a) => a.detector },
      { name: "value", number: true, cell: (a) => number(a.value) },
    ], noticed.alarms.slice(0, 200), "no drift was noticed; nothing is raised in the first four days, when a young city changes all the time.", {});
    const { e } = card("drift", "Delay and recovery", "", {});
    for (const text of driftSentences()) e.append(element("p", { text }));
  }

  function popularity() {
    const slope = fact("content.rank_slope");
    chart("popularity", "Popularity of items", "How often an item was chosen, by its rank; both scales are logarithmic." + (slope ? " Shaded: slopes from " + number(slope.low) + " to " + number(slope.high) + " through the middle of the top 500, which are accepted" + (isNumber(slope.published) ? "; dashed: " + number(slope.published) + ", as published." : ".") : ""), () => {
      const counts = data.item_counts;
      const points = [];
      // Evenly spaced on the log scale, so that a large catalogue stays light.
      for (let rank = 1; rank <= counts.length; rank = Math.max(rank + 1, Math.floor(rank * 1.025))) {
        if (counts[rank - 1] > 0) points.push([rank, counts[rank - 1]]);
      }
      if (!points.length) return "no item was chosen.";
      const top = Math.min(500, counts.length);
      const series = [{ type: "scatter", name: "items", data: points, symbolSize: 5, color: color("c0"), z: 3 }];
      if (slope && top >= 10) {
        // The line of a slope passes through the means of the logarithms, as a regression does.
        let [x, y] = [0, 0];
        for (let rank = 1; rank <= top; rank += 1) {
          x += Math.log(rank) / top;
          y += Math.log(Math.max(counts[rank - 1], 1)) / top;
        }
        const at = (k, rank) => Math.max(0.1, Math.exp(y + k * (Math.log(rank) - x)));
        const ranks = [1, Math.exp(x), top];
        series.push(band(ranks.map((r) => [r, Math.min(at(slope.low, r), at(slope.high, r)), Math.max(at(slope.low, r), at(slope.high, r))]), color("c1")));
        if (isNumber(slope.published)) series.push(line("published slope", [1, top].map((r) => [r, at(slope.published, r)]), { color: color("c1"), showSymbol: false, lineStyle: { width: 2, type: "dashed" }, silent: true, clip: true }));
      }
      return {
        legend: series.length > 2 ? { data: ["items", "published slope"] } : undefined,
        tooltip: { trigger: "item", formatter: (p) => (p.seriesName === "items" ? tip("rank " + count(p.value[0]), [["", "chosen", count(p.value[1])]]) : "") },
        xAxis: xAxis("rank", { type: "log", min: 1, max: Math.max(10, counts.length), axisLabel: { formatter: number } }),
        yAxis: yAxis("choices", { type: "log", min: 1 }),
        series,
      };
    });
    const [middle, spread] = [fact("activity.session_median_minutes"), fact("activity.session_sigma")];
    chart("popularity", "Session length", "Share of sessions by length on a log scale, where a log-normal distribution is a bell." + (middle && spread ? " Shaded: where the median should lie; dashed: a log-normal in the middle of the accepted medians and spreads." : ""), () => {
      const bins = data.session_minutes;
      const total = sum(bins.map((b) => b[1]));
      if (!(total > 0)) return "no session ended.";
      const bars = bins.slice(0, -1).map(([from, n], i) => [from, bins[i + 1][0], n / total / Math.log2(bins[i + 1][0] / from), n]);
      const [first, last] = [bins[0][0], bins[bins.length - 1][0]];
      const series = [{
        type: "custom", name: "sessions", color: color("c0"), dimensions: ["from", "to", "share", "n"], encode: { x: [0, 1], y: 2 }, data: bars, clip: true,
        renderItem: (_, api) => {
          const [left, top] = api.coord([api.value(0), api.value(2)]);
          const [right, bottom] = api.coord([api.value(1), 0]);
          return { type: "rect", shape: { x: left + 0.5, y: top, width: Math.max(1, right - left - 1), height: bottom - top }, style: { fill: color("c0") } };
        },
      }];
      if (middle && spread) {
        const [m, sigma] = [Math.sqrt(middle.low * middle.high), (spread.low + spread.high) / 2];
        const curve = [];
        for (let i = 0; i <= 80; i += 1) {
          const x = first * (last / first) ** (i / 80);
          const z = Math.log(x / m) / sigma;
          curve.push([x, (Math.LN2 * Math.exp((-z * z) / 2)) / (sigma * Math.sqrt(2 * Math.PI))]);
        }
        series.push(line("target", curve, {
          color: color("c1"), showSymbol: false, lineStyle: { width: 2, type: "dashed" }, silent: true, z: 4,
          markArea: { silent: true, itemStyle: { color: color("c1"), opacity: 0.13 }, data: [[{ xAxis: middle.low }, { xAxis: middle.high }]] },
        }));
      }
      return {
        legend: series.length > 1 ? { data: ["sessions", "target"] } : undefined,
        tooltip: { trigger: "item", formatter: (p) => (p.seriesName === "sessions" ? tip(count(Math.ceil(p.value[0])) + " to " + count(Math.floor(p.value[1])) + " minutes", [["", "sessions", count(p.value[3])], ["", "of all", percent(p.value[3] / total)]]) : "") },
        xAxis: xAxis("minutes", { type: "log", logBase: 2, min: first, max: last, axisLabel: { formatter: (x) => (x >= 1 && Number.isInteger(x) ? number(x) : "") } }),
        yAxis: shareAxis("share of sessions per doubling of length"),
        series,
      };
    });
  }

  function coins() {
    overDays("coins", "Coins in existence", "At the end of each day.", [["coins", (d) => d.coins_supply]], yAxis("coins", { scale: true }), {});
    // The grants of the founding day would flatten every other day.
    const others = Math.max(...days.slice(1).map((d) => Math.max(d.minted, d.burned)));
    const isFounding = days.length > 2 && others > 0 && days[0].minted > 4 * others;
    overDays("coins", "Minted and burned", "Per day; the difference is the growth of what exists." + (isFounding ? " Day 0, on which residents are granted their first coins, is left out: " + count(days[0].minted) + " were minted then." : ""), [["minted", (d) => (isFounding && d.day === 0 ? null : d.minted)], ["burned", (d) => d.burned]], yAxis("coins a day", { min: 0 }), {});
    chart("coins", "Where coins come from and go", "Minted by faucets on the left, burned by sinks on the right, over the whole run; transfers between wallets are in the table.", () => {
      const of = (direction) => data.flows.filter((f) => f.direction === direction && f.currency === "coins" && f.total > 0);
      const faucets = of("faucet");
      const sinks = of("sink");
      if (!faucets.length && !sinks.length) return "no coin was minted or burned.";
      const left = sum(faucets.map((f) => f.total)) - sum(sinks.map((f) => f.total));
      const label = { wallets: "wallets", kept: "kept in wallets", before: "held before" };
      const nodes = [{ name: "wallets", depth: 1, itemStyle: { color: color("c6") }, label: { position: "top" } }];
      const links = [];
      const add = (name, text, value, into, paint) => {
        label[name] = text;
        nodes.push({ name, depth: into ? 0 : 2, itemStyle: { color: paint }, label: { position: into ? "right" : "left" } });
        links.push(into ? { source: name, target: "wallets", value } : { source: "wallets", target: name, value });
      };
      faucets.forEach((f) => add("faucet " + f.purpose, words(f.purpose), f.total, true, color("c2")));
      sinks.forEach((f) => add("sink " + f.purpose, words(f.purpose), f.total, false, color("c1")));
      if (left > 0) add("kept", label.kept, left, false, color("c0"));
      if (left < 0) add("before", label.before, -left, true, color("c0"));
      return {
        tooltip: {
          trigger: "item",
          formatter: (p) => p.dataType === "edge"
            ? tip(label[p.data.source] + " → " + label[p.data.target], [["", "coins", number(p.data.value)]])
            : tip(label[p.name], [["", "coins", number(p.value)]]),
        },
        series: [{
          type: "sankey", left: 2, right: 2, top: 22, bottom: 8, nodeWidth: 12, nodeGap: 12, draggable: false, layoutIterations: 0,
          data: nodes, links, lineStyle: { color: "gradient", opacity: 0.35, curveness: 0.5 },
          label: { color: color("ink"), formatter: (p) => label[p.name], textBorderColor: color("card"), textBorderWidth: 3 },
        }],
      };
    }, { size: "two-thirds", tall: true });
    overDays("coins", "Price level", "Price of what coins buy; 1 on the first day.", [["price level", (d) => (d.coin_price_index > 0 ? d.coin_price_index : null)]], yAxis("index", { scale: true }), { size: "third", tall: true, connect: true, why: "nothing was traded." });
    const rank = { faucet: 0, sink: 1, transfer: 2 };
    const name = { faucet: "minted", sink: "burned", transfer: "moved" };
    const rows = data.flows.slice().sort((a, b) => rank[a.direction] - rank[b.direction] || a.currency.localeCompare(b.currency) || b.total - a.total);
    const kind = (f) => f.currency + f.direction;
    const totals = {};
    for (const f of rows) totals[kind(f)] = (totals[kind(f)] || 0) + f.total;
    tableCard("coins", "Flows by purpose", "Over the whole run. Moved: from one holder to another, so that nothing comes into being.", [
      { name: "purpose", title: true, cell: (f) => words(f.purpose) },
      { name: "way", cell: (f) => name[f.direction] },
      { name: "currency", cell: (f) => (f.currency === "coins" ? "coins" : "outside money") },
      { name: "amount", number: true, cell: (f) => (f.total >= 100 ? count(f.total) : number(f.total)) },
      { name: "of its kind", number: true, cell: (f) => percent(ratio(f.total, totals[kind(f)])) },
      { name: "transactions", number: true, cell: (f) => count(f.count) },
    ], rows, "no money moved.", { size: "wide" });
    wealth();
    deals();
    books();
  }

  function land() {
    const { side, ground, prices, spaces } = data.land;
    const priced = prices.map((p, i) => [i, p]).filter(([, p]) => isNumber(p) && p > 0);
    chart("land", "Land prices and places", "A colored square is a parcel that was sold: bright is dear, on a log scale of its last price. Pale is land that was never sold, gray are roads and the plaza. A circle is a place, its area the visits it gets a day.", () => {
      if (!side) return "the city has no map.";
      if (!priced.length && !spaces.length) return "no land has a price and nothing stands on it.";
      const bare = [...(ground || "")].map((c, i) => [i % side, Math.floor(i / side), c === "." ? 0 : 1]);
      const cells = priced.map(([i, p]) => [i % side, Math.floor(i / side), Math.log10(p)]);
      const logs = cells.map((c) => c[2]);
      const low = logs.length ? quantile(logs, 0) : 0;
      const high = Math.max(logs.length ? quantile(logs, 1) : 1, low + 1e-6);
      const kinds = [...new Set(spaces.map((s) => s.kind))].sort();
      const most = Math.max(1e-9, ...spaces.map((s) => s.footfall).filter(isNumber));
      const axis = { type: "category", data: Array.from({ length: side }, (_, i) => i), axisLabel: { show: false }, axisTick: { show: false }, axisLine: { show: false } };
      const scale = kit.narrow() ? 0.7 : 1;
      return {
        legend: { data: kinds.map(words), icon: "circle" },
        grid: { left: 0, right: 0, top: 30, bottom: 42 },
        tooltip: {
          trigger: "item",
          formatter: (p) => p.seriesType === "heatmap"
            ? tip("parcel " + p.value[0] + ", " + p.value[1], [["", "price", number(10 ** p.value[2]) + " coins"]])
            : tip(p.seriesName, [["", "visits a day", number(p.value[2])], ["", "parcel", p.value[0] + ", " + p.value[1]]]),
        },
        xAxis: axis,
        yAxis: { ...axis, inverse: true },
        visualMap: [{ show: false, type: "piecewise", dimension: 2, seriesIndex: 0, pieces: [{ value: 0, color: color("grid") }, { value: 1, color: color("road") }] }].concat(logs.length ? {
          min: low, max: high, dimension: 2, seriesIndex: 1, orient: "horizontal", left: "center", bottom: 0, calculable: false, itemWidth: 12, itemHeight: 140,
          inRange: { color: SCALE }, text: [number(10 ** high) + " coins", number(10 ** low)],
        } : []),
        series: [
          { type: "heatmap", name: HIDDEN, silent: true, data: bare, progressive: 0, emphasis: { disabled: true } },
          { type: "heatmap", data: cells, progressive: 0, emphasis: { disabled: true } },
        ].concat(kinds.map((kind, i) => ({
          type: "scatter", name: words(kind), z: 5, color: kit.palette()[(i + 1) % 8],
          data: spaces.filter((s) => s.kind === kind).map((s) => [s.x, s.y, s.footfall]),
          symbolSize: (v) => scale * (5 + 20 * Math.sqrt(Math.max(0, v[2] || 0) / most)),
          itemStyle: { borderColor: "#fff", borderWidth: 1.2, opacity: 0.95 },
        }))),
      };
    }, { size: "two-thirds", square: 72 });
    const visited = spaces.filter((s) => isNumber(s.footfall)).sort((a, b) => b.footfall - a.footfall).slice(0, 16);
    tableCard("land", "Busiest places", "", [
      { name: "place", title: true, cell: (s) => words(s.kind) + " at " + s.x + ", " + s.y },
      { name: "visits a day", number: true, cell: (s) => number(s.footfall) },
    ], visited, "no place was built.", { size: "third" });
    landPrices();
  }

  function landPrices() {
    const effects = trade.hedonic || [];
    const explained = isNumber(trade.hedonic_r2) ? " Together with the weeks they explain " + percent(trade.hedonic_r2) + " of the variance over " + count(trade.hedonic_sales) + " sales." : "";
    tableCard("land", "What land prices follow", "Hedonic regression of the logarithm of the price: the change for one unit more, by ordinary least squares with robust (HC1) errors and an effect for each week." + explained, [
      { name: "property", title: true, cell: (e) => e.name },
      { name: "effect", number: true, cell: (e) => number(e.coefficient) },
      { name: "standard error", number: true, cell: (e) => number(e.standard_error) },
      { name: "t", number: true, cell: (e) => number(e.t) },
      { name: "p", number: true, cell: (e) => (e.p < 0.001 ? "< 0.001" : number(e.p)) },
    ], effects, "fewer than 30 parcels were sold.", {});
    chart("land", "Land price index", "Price level of land of equal footfall and position by week, from the effects of the weeks in the regression beside; 1 in the first week with sales.", () => {
      const index = trade.land_index || [];
      if (index.length < 2) return "fewer than 30 parcels were sold, or in one week only.";
      return {
        tooltip: { trigger: "axis" },
        xAxis: { type: "value", name: "week", minInterval: 1, min: index[0][0], max: index[index.length - 1][0] },
        yAxis: yAxis("index", { scale: true }),
        series: [line("land", index)],
      };
    }, {});
  }

  function wealth() {
    chart("coins", "Who has how much", "Lorenz curve of coins, assets and land: the poorest share of people on the horizontal axis, what they have together on the other. The straight line would be equality.", () => {
      const curve = trade.lorenz || [];
      if (!curve.length) return "nobody has anything.";
      return {
        legend: { data: ["wealth", "equality"] },
        tooltip: { trigger: "axis", valueFormatter: (v) => percent(v) },
        xAxis: { type: "value", min: 0, max: 1, name: "people", axisLabel: { formatter: axisPercent } },
        yAxis: shareAxis("of wealth", { max: 1 }),
        series: [line("wealth", curve), { ...line("equality", [[0, 0], [1, 1]]), lineStyle: { type: "dashed", width: 1 } }],
      };
    }, {});
    const fifths = (trade.quintiles || []).map((row, i) => ({ i, row }));
    const names = ["poorest", "second", "middle", "fourth", "richest"];
    tableCard("coins", "Who moved", "Of those in each fifth of wealth after the first week, the share in each fifth at the end.", [
      { name: "fifth then", title: true, cell: (r) => names[r.i] },
      ...names.map((name, j) => ({ name, number: true, cell: (r) => percent(r.row[j]) })),
    ], fifths, "the run is no longer than a week.", {});
  }

  function deals() {
    const rows = trade.deals || [];
    if (!rows.length) return;
    tableCard("coins", "Offers and bundles", "Offers for assets that are not for sale at that price, held in escrow until they end; several assets sold together. Coins paid, and of offers that stand, set aside.", [
      { name: "what", title: true, cell: (r) => r.what },
      { name: "number", number: true, cell: (r) => count(r.count) },
      { name: "coins", number: true, cell: (r) => (isNumber(r.coins) ? number(r.coins) : "") },
    ], rows, "", { size: "third" });
  }

  function books() {
    for (const book of trade.books || []) {
      const units = count(book.trades_units[1]) + " units were traded in " + count(book.trades_units[0]) + " trades, " + count(book.found_used[0]) + " found and " + count(book.found_used[1]) + " used.";
      chart("coins", "Order book: " + book.material, "Units that could be had or sold at or within a price, as the run ended. " + units, () => {
        if (!book.buy.length && !book.sell.length) return "no order waits.";
        const steps = (levels) => { let all = 0; return levels.map(([price, n]) => [price, all += n]); };
        return {
          legend: { data: ["wanted", "offered"] },
          tooltip: { trigger: "item", formatter: (p) => tip(p.seriesName, [["", "price", number(p.value[0])], ["", "units", count(p.value[1])]]) },
          xAxis: { type: "value", name: "coins", scale: true },
          yAxis: yAxis("units", { min: 0 }),
          series: [
            { ...line("wanted", steps(book.buy).reverse()), step: "start", areaStyle: { opacity: 0.15 }, showSymbol: true },
            { ...line("offered", steps(book.sell)), step: "end", areaStyle: { opacity: 0.15 }, showSymbol: true },
          ],
        };
      }, {});
      chart("coins", "Price of " + book.material, "Price of the last trade, an hour apart.", () => (book.prices.length < 2 ? "nothing was traded." : {
        tooltip: { trigger: "axis" },
        xAxis: { type: "value", name: "hour", max: book.prices.length - 1 },
        yAxis: yAxis("coins", { scale: true }),
        series: [line(book.material, book.prices.map((p, i) => [i, p]))],
      }), {});
    }
  }

  function adCharts() {
    overDays("ads", "Ad revenue", "Advertisers' payments per day, in outside money.", [["outside money", (d) => d.ad_revenue]], yAxis("outside money a day", { min: 0 }), {});
    chart("ads", "Revenue beside satisfaction", "A point is a day: what advertisers paid per active avatar, and how satisfied avatars truly were. Later days are darker.", () => {
      const points = days.map((d) => [ratio(d.ad_revenue, d.active), d.satisfaction, d.day]).filter((p) => isNumber(p[0]) && isNumber(p[1]));
      if (!points.length) return "nobody was active.";
      if (!(sum(points.map((p) => p[0])) > 0)) return "no ad was paid for.";
      const last = days.length;
      return {
        tooltip: { trigger: "item", formatter: (p) => tip("day " + p.value[2], [["", "outside money per active", number(p.value[0])], ["", "satisfaction", percent(p.value[1])]]) },
        xAxis: { type: "value", name: "outside money per active avatar", nameLocation: "middle", nameGap: 26, scale: true, axisLabel: { formatter: number } },
        yAxis: yAxis("satisfaction", { scale: true, axisLabel: { formatter: axisPercent } }),
        series: [{ type: "scatter", data: points.map((p) => ({ value: p, itemStyle: { opacity: 0.25 + 0.7 * (p[2] / last) } })), symbolSize: 9, color: color("c0") }],
      };
    });
    overDays("ads", "Ad clicks", "Clicks over ads shown.", [["click-through rate", (d) => ratio(d.ad_clicks, d.ad_impressions)]], shareAxis("clicked"), { format: percent, why: "no ad was shown." });
  }

  // How slots sold, and how budgets were spent over the day.
  function adAuctions() {
    tableCard("ads", "Auctions", "Slots sold by auction (" + words(sold.auction) + "). Welfare is what looks, clicks and conversions were worth to advertisers; surplus is what they kept of it.", [
      { name: "", title: true, cell: ([name]) => name },
      { name: "", number: true, cell: ([, value]) => value },
    ], [
      ["auctions", count(sold.auctions)],
      ["slots sold", percent(ratio(sold.sold, sold.slots))],
      ["bids an auction", number(sold.bids)],
      ["paid for a click, outside money", number(sold.price_per_click)],
      ["welfare", number(sold.welfare)],
      ["revenue", number(sold.revenue)],
      ["surplus", number(sold.welfare - sold.revenue)],
      ["pacing error", percent(sold.pacing_error)],
    ], "", { size: "third" });
    chart("ads", "Pacing", "Share of the day's expected spending, and of its auctions, up to the end of each hour of the city's clock; over all days. Budgets that last are spent as auctions come.", () => {
      if (!sold.spending.length || !sold.traffic.length) return "nothing was spent.";
      const hours = (list) => list.map((x, i) => [i + 1, x]);
      return {
        legend: { data: ["spending", "auctions"] },
        tooltip: { trigger: "axis", formatter: (points) => tip(points[0].value[0] + " h", points.map((p) => [p.marker, p.seriesName, percent(p.value[1])])) },
        xAxis: xAxis("hour", { min: 0, max: 24 }),
        yAxis: shareAxis("of the day", { min: 0, max: 1 }),
        series: [line("spending", hours(sold.spending)), line("auctions", hours(sold.traffic))],
      };
    }, { size: "third" });
    chart("ads", "Lowest prices", "Lowest price of a click on a usual display ad, and of a rewarded video, in outside money.", () => {
      if (!sold.reserves.length) return NO_DAYS;
      const of = (i) => sold.reserves.map((r, d) => [d, r[i]]);
      return {
        legend: { data: ["display", "rewarded"] }, tooltip: dayTip(), xAxis: day(), yAxis: yAxis("outside money", { min: 0 }),
        series: [line("display", of(0)), line("rewarded", of(1))],
      };
    }, { size: "third" });
  }

  // What attribution claims, beside what a randomised hold-out shows.
  function adEffects() {
    const lift = sold.lift;
    const per = (n, of) => percent(ratio(n, of));
    const interval = lift ? percent(lift.difference) + " [" + percent(lift.low) + ", " + percent(lift.high) + "]" : "no hold-out: set platform.ads.holdout";
    tableCard("ads", "What ads changed", "A pair is an avatar and a campaign that met. Attribution claims every conversion with an ad in the days before; the lift is how many more of those who were shown a campaign converted than of those who would have been and were held out at random, with its 95 % interval (Agresti and Caffo). The last line is the truth, which no advertiser knows.", [
      { name: "", title: true, cell: ([name]) => name },
      { name: "", number: true, cell: ([, value]) => value },
    ], [
      ["conversions", count(sold.conversions)],
      ["pairs that met", count(sold.met)],
      ["claimed by attribution", count(sold.claimed) + " · " + per(sold.claimed, sold.met) + " of pairs"],
      ["converted, shown", lift ? per(lift.shown_converted, lift.shown) + " of " + count(lift.shown) : "–"],
      ["converted, held out", lift ? per(lift.held_out_converted, lift.held_out) + " of " + count(lift.held_out) : "–"],
      ["lift", interval],
      ["came of a click in truth", count(sold.caused) + " · " + per(sold.caused, sold.met) + " of pairs"],
    ], "", {});
    chart("ads", "Attribution by rule", "Conversions credited to the surfaces on which the ads before them were seen. The platform learns by " + words(sold.rule) + ".", () => {
      const surfaces = [...new Set(sold.credits.flatMap((c) => c.surfaces.map(([name]) => name)))];
      if (!surfaces.length) return "no conversion had an ad before it.";
      return {
        legend: { data: surfaces.map(words) },
        tooltip: { trigger: "item", formatter: (p) => tip(p.name, [[p.marker, p.seriesName, number(p.value)]]) },
        xAxis: { type: "category", axisLabel: { interval: 0 }, data: sold.credits.map((c) => words(c.by)) },
        yAxis: yAxis("conversions", { min: 0 }),
        series: surfaces.map((name) => ({
          type: "bar", stack: "credit", name: words(name),
          data: sold.credits.map((c) => (c.surfaces.find(([s]) => s === name) || [name, 0])[1]),
        })),
      };
    }, {});
  }

  // What the creatives of campaigns did, and how well who looked likes them in truth.
  function adCreatives() {
    const made = sold.creatives;
    const row = (name, r) => [name, r.looks, r.share, r.ctr, r.conversions];
    const rows = [
      ...made.by_number.map((r, k) => row("creative " + (k + 1), r)),
      ...made.by_rank.map((r, k) => row(k ? "liked as number " + (k + 1) + " of its campaign's" : "liked best of its campaign's", r)),
    ];
    tableCard("ads", "Creatives", "Which creative of the campaign that won a slot was shown (" + words(made.choice) + "). By number all campaigns count together; by liking, what counts is the truth about who looked, which neither the platform nor an advertiser knows. Against the best for each who looked " + percent(made.regret) + " of liking were lost.", [
      { name: "", title: true, cell: ([name]) => name },
      { name: "looks", number: true, cell: ([, looks]) => count(looks) },
      { name: "share", number: true, cell: ([, , share]) => percent(share) },
      { name: "clicked", number: true, cell: ([, , , ctr]) => percent(ctr) },
      { name: "conversions credited", number: true, cell: ([, , , , credited]) => (credited == null ? "–" : number(credited)) },
    ], rows, "", {});
  }

  // What each kind of place for ads came to.
  function adInventory() {
    tableCard("ads", "Inventory", "Where ads were seen: in slates, as rewarded videos, on billboards along the ways, as brands in game rooms and classrooms, as sponsors of live events. Reached: avatars that looked at least once.", [
      { name: "", title: true, cell: (r) => words(r.kind) },
      { name: "looks", number: true, cell: (r) => count(r.looks) },
      { name: "reached", number: true, cell: (r) => count(r.reach) },
      { name: "clicks", number: true, cell: (r) => count(r.clicks) },
      { name: "revenue", number: true, cell: (r) => number(r.revenue) },
    ], sold.inventory, "", {});
  }

  function ads() {
    const beside = [
      ["Ad revenue", days.length ? number(sum(days.map((d) => d.ad_revenue))) : "–", "outside money over the run"],
      ["Satisfaction", percent(mean(days.map((d) => d.satisfaction))), "true, mean of all days"],
      ["Regret", percent(mean(days.map((d) => d.regret_share))), "of minutes, mean of all days"],
      ["Night", percent(mean(days.map((d) => d.night_share))), "of minutes, mean of all days"],
    ];
    kit.cards("ads").append(element("div", { class: "tiles even" }, beside.map(([name, value, aside]) => kit.tile(name, value, aside))));
    if (days.some((d) => d.ad_impressions > 0)) adCharts();
    else card("ads", "Ads", "", {}).e.append(empty(days.length ? "no ad was shown in this run." : NO_DAYS));
    if (sold.slots > 0) {
      adAuctions();
      adEffects();
      if (sold.creatives && sold.creatives.by_number.length) adCreatives();
      if (sold.inventory && sold.inventory.length) adInventory();
    }
    overDays("ads", "Push messages", "Opened over sent.", [["open rate", (d) => ratio(d.pushes_opened, d.pushes_sent)]], shareAxis("opened"), { format: percent, why: "no push message was sent." });
  }

  // A number with its interval.
  const within = (i) => (i && isNumber(i.mean) ? number(i.mean) + " [" + number(i.low) + ", " + number(i.high) + "]" : "–");

  function bonusCharts(b) {
    const parts = ["unseen", "came anyway", "moved", "declined"];
    const tiles = [
      ["Minutes for a coin", within(b.minutes_per_coin), "by what was withheld by lot, 95 %"],
      ["By the truth", number(b.true_minutes_per_coin), "minutes for a coin, of visits that a bonus brought about or made longer"],
      ["Minutes a day", within(b.minutes_a_day), "those who may be offered bonuses less those who never are, 95 %"],
      ["Coins", number(sum(b.days.map((d) => d.paid))), "paid by " + words(b.arm)],
    ];
    kit.cards("bonuses").append(element("div", { class: "tiles even" }, tiles.map(([name, value, aside]) => kit.tile(name, value, aside))));
    if (b.trials && b.trials.length) {
      const trialOf = ([n, mean]) => count(n) + " (" + number(mean) + " min)";
      tableCard("bonuses", "Sent against withheld", "Days of avatars to whom a bonus was sent, and of those from whom it was withheld by lot, with their mean minutes. Those by lot are drawn to learn from; with them compare what the arm chose.", [
        { name: "given", title: true, cell: (t) => t.given },
        { name: "sent", number: true, cell: (t) => trialOf(t.sent) },
        { name: "withheld", number: true, cell: (t) => trialOf(t.withheld) },
        { name: "minutes more", number: true, cell: (t) => within(t.effect) },
        { name: "coins", number: true, cell: (t) => number(t.paid) },
        { name: "minutes for a coin", number: true, cell: (t) => within(t.minutes_per_coin) },
      ], b.trials, "no bonus was offered.", {});
      tableCard("bonuses", "By size", "Bonuses sent on closed days, and earned by the next morning.", [
        { name: "coins", title: true, cell: (r) => number(r.coins) },
        { name: "sent", number: true, cell: (r) => count(r.sent) },
        { name: "earned", number: true, cell: (r) => count(r.earned) },
      ], b.sizes, "no bonus was offered.", {});
    }
    const paid = (name, f) => line(name, b.days.map((d) => [d.day, f(d)]));
    chart("bonuses", "Bonuses by day", "Sent, and earned by the next morning.", () => ({
      legend: { data: ["sent", "earned"] },
      tooltip: dayTip(),
      xAxis: day(),
      yAxis: yAxis("bonuses a day", { min: 0 }),
      series: [paid("sent", (d) => d.sent), paid("earned", (d) => d.earned)],
    }));
    chart("bonuses", "Qini curve", "Minutes gained per bonus of the larger size if a share of the avatars gets one, those first from whom most is expected; on avatars that the model did not learn from. The dashed line is by lot." + (isNumber(b.qini_coefficient) ? " Area between the two: " + number(b.qini_coefficient) + "." : ""), () => {
      if (!b.qini.length) return "no model of uplift was judged: only the arm by uplift learns one, and only after enough was tried.";
      const end = b.qini[b.qini.length - 1];
      return {
        tooltip: { trigger: "item", formatter: (p) => tip(percent(p.value[0]) + " of the avatars", [["", "minutes per bonus", number(p.value[1])]]) },
        xAxis: xAxis("share of avatars", { min: 0, max: 1, axisLabel: { formatter: axisPercent } }),
        yAxis: yAxis("minutes per bonus", {}),
        series: [
          line("by uplift", b.qini),
          line(HIDDEN, [[0, 0], end], { silent: true, showSymbol: false, color: color("quiet"), lineStyle: { width: 1, type: "dashed" }, tooltip: { show: false } }),
        ],
      };
    });
    tableCard("bonuses", "Uplift, predicted and observed", "Minutes more for the larger bonus, in groups from those from whom most is expected; observed by the draw, 95 %.", [
      { name: "group", title: true, cell: (d) => String(b.deciles.indexOf(d) + 1) },
      { name: "predicted", number: true, cell: (d) => number(d.predicted) },
      { name: "observed", number: true, cell: (d) => within(d.observed) },
    ], b.deciles, "no model of uplift was judged.", {});
    tableCard("bonuses", "Whom bonuses met", "By the truth, which the platform does not know: those who came anyway cost coins and bring little.", [
      { name: "they", title: true, cell: (r) => r[0] },
      { name: "bonuses", number: true, cell: (r) => count(r[1]) },
    ], parts.map((name, i) => [name, b.truth[i]]), "no bonus was offered.", {});
  }

  function bonuses() {
    const b = data.bonuses || { days: [] };
    const p = data.pushes || { hours: [] };
    if (b.days.length) bonusCharts(b);
    else card("bonuses", "Bonuses", "", {}).e.append(empty("no bonus was offered; platform.bonus.offer.arm says to whom they are."));
    const reach = [
      ["Returns by pushes", within(p.returns), "within a day, over the run, by what was withheld by lot, 95 %"],
      ["Chance to come", within(p.effect), "by how much a push raises it, within a day, 95 %"],
      ["Opt-outs", count(p.opt_outs || 0), "avatars that switched pushes off"],
      ["Returns per opt-out", number(summary.metrics.returns_per_opt_out), "the one over the other"],
      ["K-factor", within(p.k_factor), "friends brought back by the invitations of an avatar, 95 %"],
    ];
    kit.cards("bonuses").append(element("div", { class: "tiles even" }, reach.map(([name, value, aside]) => kit.tile(name, value, aside))));
    const referrals = Object.entries(summary.metrics).filter(([name, value]) => name.startsWith("referral_") && value !== null);
    if (referrals.length) {
      tableCard("bonuses", "Newcomers by invitation", "Who joined, who was brought by what is promised, and what went to second accounts, by the truth, which the platform does not know.", [
        { name: "measure", title: true, cell: ([name]) => words(name) },
        { name: "value", number: true, cell: ([name, value]) => (/share|precision|recall/.test(name) ? percent(value) : number(value)) },
      ], referrals, "", {});
    }
    chart("bonuses", "Pushes by hour", "Share that came within a day, by the hour of the avatar's own day at which a push was due: of those who got it, and of those from whom it was withheld by lot.", () => {
      const share = (f) => p.hours.filter((h) => f(h)[0] > 0).map((h) => [h.hour, f(h)[1] / f(h)[0]]);
      if (!p.hours.length) return "no push was withheld; platform.engage.push_hold_out says how many are.";
      return {
        legend: { data: ["pushed", "withheld"] },
        tooltip: { trigger: "item", formatter: (x) => tip(x.seriesName + " at " + x.value[0], [["", "came within a day", percent(x.value[1])]]) },
        xAxis: xAxis("hour", { min: 0, max: 23, minInterval: 1 }),
        yAxis: shareAxis("came within a day"),
        series: [line("pushed", share((h) => h.sent), { showSymbol: true }), line("withheld", share((h) => h.withheld), { showSymbol: true })],
      };
    }, { size: "wide" });
  }

  function wellbeing() {
    overDays("wellbeing", "Satisfaction, regret, nights", "True satisfaction at the ends of sessions (from 0 to 100 %), and the shares of minutes that were regretted and that lay between midnight and five of the avatar's own day.", [["satisfaction", (d) => d.satisfaction], ["regret", (d) => d.regret_share], ["night", (d) => d.night_share]], shareAxis("", { max: 1 }), { format: percent, marks: modelMarks() });
    const bar = ([, value]) => {
      if (!isNumber(value) || value < 0 || value > 1) return "";
      return element("div", { class: "gauge" }, [element("i", { class: "fill", style: "width:" + 100 * value + "%" })]);
    };
    tableCard("wellbeing", "Harm is measured too", "Values from 0 to 1 also have a bar.", [
      { name: "measure", title: true, cell: ([name]) => words(name) },
      { name: "value", number: true, cell: ([name, value]) => (/share/.test(name) ? percent(value) : number(value)) },
      { name: "from 0 to 1", bar: true, cell: bar },
    ], data.wellbeing, "wellbeing was not measured.", {});
  }

  // Where a value lies: the shaded part is the band, the bar the city, the circle the published figure.
  function gauge(f) {
    const log = f.low > 0 && f.high / f.low >= 8;
    const scale = (x) => (log ? Math.log(Math.max(x, 1e-12)) : x);
    const [a, b] = [scale(f.low), scale(f.high)];
    const at = (x) => Math.min(99, Math.max(1, 100 * (0.25 + (0.5 * (scale(x) - a)) / (b - a || 1))));
    const e = element("div", { class: "gauge", title: "band " + number(f.low) + " to " + number(f.high) }, [element("i", { class: "in", style: "left:25%;right:25%" })]);
    if (isNumber(f.published)) e.append(element("i", { class: "published", style: "left:" + at(f.published) + "%" }));
    if (isNumber(f.value)) e.append(element("i", { class: "at" + (f.passed ? "" : " bad"), style: "left:" + at(f.value) + "%" }));
    return e;
  }

  function scorecard() {
    const mark = (f) => {
      if (f.passed) return element("span", { class: "said mark good", text: "✓ within" });
      if (!isNumber(f.value)) return element("span", { class: "said mark unknown", text: "– not observed" });
      return element("span", { class: "said mark bad", text: f.value > f.high ? "✗ above" : "✗ below" });
    };
    const what = (f) => element("span", { class: "said" }, [
      f.key.replace(/\./g, " · ").replace(/_/g, " "),
      f.note ? element("div", { class: "minor", text: f.note }) : null,
    ]);
    const where = (f) => element("div", {}, [gauge(f), f.why ? element("div", { class: "minor", text: f.why }) : null]);
    const { passed, of } = summary.realism;
    const how = "Shaded: the accepted band. Bar: this city. Circle: the published figure." + (of ? " " + passed + " of " + of + " facts are within their band." : "");
    tableCard("scorecard", "Published facts", data.scorecard.length ? how : "", [
      { name: "fact", title: true, cell: what },
      { name: "verdict", cell: mark },
      { name: "city", number: true, cell: (f) => number(f.value) },
      { name: "band", number: true, cell: (f) => number(f.low) + " to " + number(f.high) },
      { name: "where", bar: true, cell: where },
      { name: "published", number: true, cell: (f) => (isNumber(f.published) ? number(f.published) : "") },
      { name: "source", cell: (f) => element("span", { class: "said minor", text: f.source }) },
    ], data.scorecard, "the run was not judged.", { size: "wide" });
  }

  function reproduce() {
    const { e, head } = card("reproduce", "Command", data.command ? "The same version with this command gives the same state hash, on any number of threads." : "", { size: "wide" });
    if (data.command) {
      const text = element("pre", { text: data.command });
      const button = element("button", { type: "button", text: "Copy" });
      button.addEventListener("click", async () => {
        try {
          await navigator.clipboard.writeText(data.command);
          button.textContent = "Copied";
        } catch {
          getSelection().selectAllChildren(text);
          button.textContent = "Selected";
        }
      });
      head.append(button);
      e.append(text);
    } else {
      e.append(empty("the command was not recorded."));
    }
    const s = summary;
    const micro = (x) => count(x / 1e6) + " coins";
    const facts = [
      ["scenario", s.scenario],
      ["scenario hash", s.scenario_hash],
      ["seed", seed],
      ["version", s.agora_version],
      ["final state hash", s.final_state_hash],
      ["days", count(s.days)],
      ["ticks", count(s.ticks)],
      ["avatars", count(s.avatars)],
      ["sessions", count(s.sessions)],
      ["events", count(s.events)],
      ["slates", count(s.slates)],
      ["threads", count(s.threads)],
      ["wall time", number(s.wall_seconds) + " s"],
      ["active avatar-ticks a second", number(s.active_avatar_ticks_per_second)],
      ["peak memory", s.peak_rss_bytes > 0 ? number(s.peak_rss_bytes / 2 ** 20) + " MiB" : "–"],
      ["minted", micro(s.books.minted)],
      ["burned", micro(s.books.burned)],
      ["held at the end", micro(s.books.held)],
      ["books", s.books.balanced ? "balance at every tick" : "do not balance"],
    ];
    e.append(element("dl", { class: "columns" }, facts.map(([name, value]) =>
      element("div", {}, [element("dt", { text: name }), element("dd", { text: value || "–" })]))));
    if (data.scenario) {
      e.append(element("details", {}, [
        element("summary", { text: "The scenario with every value" }),
        element("p", { class: "how", text: "Saved as a file and run with agora run, it gives the same run, too." }),
        element("pre", { text: data.scenario.trim() }),
      ]));
    }
    if (!data.notes.length) return;
    const notes = card("reproduce", "Before you quote a number", "", { size: "wide" });
    notes.e.append(element("ul", { class: "notes" }, data.notes.map((text) => element("li", { text }))));
  }

  const sections = { header, headline, retention, engagement, attention, recommendations, drift, popularity, coins, land, ads, bonuses, wellbeing, scorecard, reproduce };
  for (const [name, draw] of Object.entries(sections)) {
    try {
      draw();
    } catch (error) {
      console.error("section " + name, error);
      const list = document.querySelector("#" + name + " .cards");
      if (list) list.append(element("p", { class: "card wide empty", text: "This section could not be drawn: " + error.message }));
    }
  }
})();
