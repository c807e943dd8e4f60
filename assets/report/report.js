"use strict";
// The sections of a report, top to bottom; the rows are described in src/lab/report/data.rs.
(() => {
  const data = JSON.parse(document.getElementById("report-data").textContent);
  const { summary, days } = data;
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
    const tile = (name, value, aside, kind) =>
      tiles.push(element("div", { class: "tile" }, [
        element("div", { class: "name", text: name }),
        element("div", { class: "value " + (kind || ""), text: value }),
        element("div", { class: "aside", text: aside || "" }),
      ]));
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
    tile("Satisfaction", percent(lastWeek("satisfaction")), "true, " + week);
    tile("Regret", percent(lastWeek("regret_share")), "share of choices, " + week);
    tile("Ad revenue", days.length ? number(sum(days.map((d) => d.ad_revenue))) : "–", "coins over the run");
    tile("Coins in existence", days.length ? number(days[days.length - 1].coins_supply) : "–", "at the end");
    const { passed, of } = summary.realism;
    tile("Realism", of ? passed + " of " + of : "–", of ? "published facts within their band" : "not judged", of ? (passed === of ? "good" : "bad") : "");
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
    chart("retention", "Day-n retention", "Share of arrivals active exactly n days later, with its 95 % interval. A power law is a straight line on log scales.", (mode) => {
      const log = mode === "log scales";
      const points = data.retention.filter((p) => p.day >= 1 && isNumber(p.share) && (!log || p.share > 0));
      if (!points.length) return "no cohort was observed for a day after its arrival.";
      const floor = Math.max(1e-4, Math.min(...points.map((p) => p.share)) / 3);
      const low = (p) => Math.max(isNumber(p.low) ? p.low : p.share, log ? floor : 0);
      const high = (p) => Math.min(isNumber(p.high) ? p.high : p.share, 1);
      const band = points.map((p) => [p.day, low(p)]).concat(points.slice().reverse().map((p) => [p.day, high(p)]));
      return {
        tooltip: {
          trigger: "axis",
          formatter: (shown) => {
            const p = points.find((r) => r.day === shown[0].value[0]);
            return p ? tip("day " + p.day, [["", "active", percent(p.share)], ["", "95 % interval", percent(p.low) + " to " + percent(p.high)], ["", "arrivals", count(p.n)]]) : "";
          },
        },
        xAxis: xAxis("days since arrival", log ? { type: "log" } : { min: 0, minInterval: 1 }),
        yAxis: log ? yAxis("share active", { type: "log", axisLabel: { formatter: axisPercent } }) : shareAxis("share active"),
        series: [
          {
            type: "custom", name: HIDDEN, silent: true, z: 1, clip: true, data: [band[0]], dimensions: ["day", "share"],
            renderItem: (_, api) => ({ type: "polygon", shape: { points: band.map((p) => api.coord(p)) }, style: { fill: color("c0"), opacity: 0.2 } }),
          },
          line("active", points.map((p) => [p.day, p.share]), { showSymbol: points.length < 90, symbolSize: 4, z: 3, color: color("c0") }),
        ],
      };
    }, { modes: ["linear scales", "log scales"] });

    chart("retention", "Not gone for good", "Kaplan–Meier estimate: share of arrivals that has not left for good, by days since arrival.", () => {
      if (!data.survival.length) return "nobody arrived during the run.";
      return {
        tooltip: { trigger: "axis", formatter: (p) => tip("after " + number(p[0].value[0]) + " days", [["", "still here", percent(p[0].value[1])]]) },
        xAxis: xAxis("days since arrival"),
        yAxis: shareAxis("share still here", { max: 1 }),
        series: [line("still here", data.survival, { step: "end", color: color("c2") })],
      };
    });

    chart("retention", "Cohorts", "A row is an arrival day, a column the days since. Day 0 is everybody and is left out.", () => {
      const cells = [];
      data.cohorts.forEach((row, arrival) => row.forEach((share, since) => {
        if (since > 0 && isNumber(share)) cells.push([since, arrival, share]);
      }));
      if (!cells.length) return "no cohort was observed for a day after its arrival.";
      const last = Math.max(...cells.map((c) => c[0]));
      const most = quantile(cells.map((c) => c[2]), 0.995) || 1;
      return {
        tooltip: { trigger: "item", formatter: (p) => tip("arrived on day " + p.value[1], [["", "active " + p.value[0] + " days later", percent(p.value[2])]]) },
        grid: { left: 2, right: 14, top: 30, bottom: 2, outerBoundsMode: "same", outerBoundsContain: "all" },
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

  function quantile(values, q) {
    const sorted = values.slice().sort((a, b) => a - b);
    return sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))];
  }

  function engagement() {
    overDays("engagement", "Active avatars", "Active on the day, within 7 days and within 30 days.", [["day", (d) => d.active], ["7 days", (d) => d.wau], ["30 days", (d) => d.mau]], yAxis("avatars", { min: 0 }), { format: count });
    overDays("engagement", "Arrivals and sessions", "Avatars that arrived and sessions begun, per day.", [["sessions", (d) => d.sessions], ["arrivals", (d) => d.newcomers]], yAxis("per day", { min: 0 }), { format: count });
    overDays("engagement", "Time per active avatar", "Minutes of attention a day, divided by those active.", [["minutes", (d) => ratio(d.minutes, d.active)]], yAxis("minutes", { min: 0 }), { why: "nobody was active." });
    chart("engagement", "Activity by hour", "Share of all activity by hour of the city's clock.", () => {
      const total = sum(data.hours);
      if (!(total > 0)) return "nobody was active.";
      return {
        tooltip: { trigger: "axis", formatter: (p) => tip(p[0].name + ":00", [["", "of all activity", percent(p[0].value)]]) },
        xAxis: { type: "category", name: "hour", nameLocation: "middle", nameGap: 26, data: data.hours.map((_, h) => String(h)) },
        yAxis: shareAxis("share"),
        series: [{ type: "bar", data: data.hours.map((x) => x / total), barCategoryGap: "20%" }],
      };
    });
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

  function attention() {
    const noOracle = "the run did not compute what was attainable.";
    overDays("attention", "Attention efficiency", "Value attained over the value an oracle with the true worth of everything would attain with the same minutes." + modelSentence(),
      [["efficiency", (d) => d.attention_efficiency]], shareAxis("attained share", { max: 1 }), { format: percent, connect: true, marks: modelMarks(), why: noOracle });
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
      { name: "taken", number: true, cell: (r) => percent(r.take_rate) },
      { name: "mean true utility", number: true, cell: (r) => number(r.mean_true_utility) },
      { name: "catalogue shown", number: true, cell: (r) => percent(r.coverage) },
    ], data.surfaces, "no slate was served.", { size: "wide" });
    const metrics = [...new Set(data.models.map((m) => m.metric))];
    if (!metrics.length) {
      chart("recommendations", "Learning curves", "Quality of each model by the day after which it was evaluated.", () => "no model was evaluated.", { size: "wide" });
      return;
    }
    for (const metric of metrics) {
      const rows = data.models.filter((m) => m.metric === metric);
      const names = [...new Set(rows.map((m) => m.name))];
      chart("recommendations", "Learning curve: " + words(metric), "By the day after which a model was evaluated.", () => ({
        legend: { data: names.map(words) },
        tooltip: dayTip(),
        xAxis: day(),
        yAxis: yAxis(words(metric), { scale: true }),
        series: names.map((name) => line(words(name), rows.filter((m) => m.name === name).sort((a, b) => a.day - b.day).map((m) => [m.day, m.value]), { showSymbol: true, symbolSize: 4 })),
      }), { size: metrics.length === 1 ? "wide" : "" });
    }
  }

  function popularity() {
    chart("popularity", "Popularity of items", "How often an item was chosen, by its rank; both scales are logarithmic.", () => {
      const counts = data.item_counts;
      const points = [];
      // Evenly spaced on the log scale, so that a large catalogue stays light.
      for (let rank = 1; rank <= counts.length; rank = Math.max(rank + 1, Math.floor(rank * 1.025))) {
        if (counts[rank - 1] > 0) points.push([rank, counts[rank - 1]]);
      }
      if (!points.length) return "no item was chosen.";
      return {
        tooltip: { trigger: "item", formatter: (p) => tip("rank " + count(p.value[0]), [["", "chosen", count(p.value[1])]]) },
        xAxis: xAxis("rank", { type: "log", axisLabel: { formatter: number } }),
        yAxis: yAxis("choices", { type: "log" }),
        series: [{ type: "scatter", data: points, symbolSize: 5, color: color("c0") }],
      };
    });
    chart("popularity", "Session length", "Sessions by length; bins grow by a constant factor, so a bell here is a log-normal distribution.", () => {
      const bins = data.session_minutes;
      if (!(sum(bins.map((b) => b[1])) > 0)) return "no session ended.";
      const upper = (i) => (i + 1 < bins.length ? number(bins[i + 1][0]) : "more");
      return {
        tooltip: { trigger: "axis", formatter: (p) => tip(number(bins[p[0].dataIndex][0]) + " to " + upper(p[0].dataIndex) + " minutes", [["", "sessions", count(p[0].value)]]) },
        xAxis: { type: "category", name: "minutes, from", nameLocation: "middle", nameGap: 26, data: bins.map((b) => number(b[0])) },
        yAxis: yAxis("sessions", { min: 0 }),
        series: [{ type: "bar", data: bins.map((b) => b[1]), barCategoryGap: "6%" }],
      };
    });
  }

  function coins() {
    overDays("coins", "Coins in existence", "At the end of each day.", [["coins", (d) => d.coins_supply]], yAxis("coins", { scale: true }), {});
    overDays("coins", "Minted and burned", "Per day; the difference is the growth of what exists.", [["minted", (d) => d.minted], ["burned", (d) => d.burned]], yAxis("coins a day", { min: 0 }), {});
    chart("coins", "Where coins come from and go", "Minted by faucets on the left, burned by sinks on the right, over the whole run; transfers between wallets are in the table.", () => {
      const of = (direction) => data.flows.filter((f) => f.direction === direction && f.total_coins > 0);
      const faucets = of("faucet");
      const sinks = of("sink");
      if (!faucets.length && !sinks.length) return "no coin was minted or burned.";
      const left = sum(faucets.map((f) => f.total_coins)) - sum(sinks.map((f) => f.total_coins));
      const label = { wallets: "wallets", kept: "kept in wallets", before: "held before" };
      const nodes = [{ name: "wallets", depth: 1, itemStyle: { color: color("c6") }, label: { position: "top" } }];
      const links = [];
      const add = (name, text, value, into, paint) => {
        label[name] = text;
        nodes.push({ name, depth: into ? 0 : 2, itemStyle: { color: paint }, label: { position: into ? "right" : "left" } });
        links.push(into ? { source: name, target: "wallets", value } : { source: "wallets", target: name, value });
      };
      faucets.forEach((f) => add("faucet " + f.purpose, words(f.purpose), f.total_coins, true, color("c2")));
      sinks.forEach((f) => add("sink " + f.purpose, words(f.purpose), f.total_coins, false, color("c1")));
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
    const rows = data.flows.slice().sort((a, b) => rank[a.direction] - rank[b.direction] || b.total_coins - a.total_coins);
    const totals = {};
    for (const f of rows) totals[f.direction] = (totals[f.direction] || 0) + f.total_coins;
    tableCard("coins", "Flows by purpose", "", [
      { name: "purpose", title: true, cell: (f) => words(f.purpose) },
      { name: "way", cell: (f) => name[f.direction] },
      { name: "coins", number: true, cell: (f) => count(f.total_coins) },
      { name: "of its kind", number: true, cell: (f) => percent(ratio(f.total_coins, totals[f.direction])) },
    ], rows, "no coin moved.", { size: "wide" });
  }

  function land() {
    const { side, prices, spaces } = data.land;
    const priced = prices.map((p, i) => [i, p]).filter(([, p]) => isNumber(p) && p > 0);
    chart("land", "Land prices and places", "A square is a parcel: bright is dear, on a log scale; bare squares are roads or have no price. A circle is a place, its area the visits it gets a day.", () => {
      if (!side) return "the city has no map.";
      if (!priced.length && !spaces.length) return "no land has a price and nothing stands on it.";
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
        visualMap: logs.length ? {
          min: low, max: high, dimension: 2, seriesIndex: 0, orient: "horizontal", left: "center", bottom: 0, calculable: false, itemWidth: 12, itemHeight: 140,
          inRange: { color: SCALE }, text: [number(10 ** high) + " coins", number(10 ** low)],
        } : undefined,
        series: [{ type: "heatmap", data: cells, progressive: 0, emphasis: { disabled: true } }].concat(kinds.map((kind, i) => ({
          type: "scatter", name: words(kind), z: 5, color: kit.palette()[(i + 1) % 8],
          data: spaces.filter((s) => s.kind === kind).map((s) => [s.x, s.y, s.footfall]),
          symbolSize: (v) => scale * (5 + 20 * Math.sqrt(Math.max(0, v[2] || 0) / most)),
          itemStyle: { borderColor: "#fff", borderWidth: 1.2, opacity: 0.95 },
        }))),
      };
    }, { size: "two-thirds", square: 72 });
    const visited = spaces.filter((s) => isNumber(s.footfall)).sort((a, b) => b.footfall - a.footfall).slice(0, 12);
    tableCard("land", "Busiest places", "", [
      { name: "place", title: true, cell: (s) => words(s.kind) + " at " + s.x + ", " + s.y },
      { name: "visits a day", number: true, cell: (s) => number(s.footfall) },
    ], visited, "no place was built.", { size: "third" });
  }

  function ads() {
    overDays("ads", "Ad revenue", "Advertisers' payments per day.", [["coins", (d) => d.ad_revenue]], yAxis("coins a day", { min: 0 }), {});
    chart("ads", "Revenue beside satisfaction", "A point is a day: what advertisers paid per active avatar, and how satisfied avatars truly were. Later days are darker.", () => {
      const points = days.map((d) => [ratio(d.ad_revenue, d.active), d.satisfaction, d.day]).filter((p) => isNumber(p[0]) && isNumber(p[1]));
      if (!points.length) return "nobody was active.";
      if (!(sum(points.map((p) => p[0])) > 0)) return "no ad was paid for.";
      const last = days.length;
      return {
        tooltip: { trigger: "item", formatter: (p) => tip("day " + p.value[2], [["", "coins per active", number(p.value[0])], ["", "satisfaction", percent(p.value[1])]]) },
        xAxis: { type: "value", name: "coins per active avatar", nameLocation: "middle", nameGap: 26, scale: true, axisLabel: { formatter: number } },
        yAxis: yAxis("satisfaction", { scale: true, axisLabel: { formatter: axisPercent } }),
        series: [{ type: "scatter", data: points.map((p) => ({ value: p, itemStyle: { opacity: 0.25 + 0.7 * (p[2] / last) } })), symbolSize: 9, color: color("c0") }],
      };
    });
    overDays("ads", "Ad clicks", "Clicks over ads shown.", [["click-through rate", (d) => ratio(d.ad_clicks, d.ad_impressions)]], shareAxis("clicked"), { format: percent, why: "no ad was shown." });
    overDays("ads", "Push messages", "Opened over sent.", [["open rate", (d) => ratio(d.pushes_opened, d.pushes_sent)]], shareAxis("opened"), { format: percent, why: "no push message was sent." });
  }

  function wellbeing() {
    overDays("wellbeing", "Satisfaction and regret", "True satisfaction of those active, and the share of choices that were regretted.", [["satisfaction", (d) => d.satisfaction], ["regret", (d) => d.regret_share]], shareAxis("from 0 to 1", { max: 1 }), { format: percent, marks: modelMarks() });
    const bar = ([, value]) => {
      if (!isNumber(value) || value < 0 || value > 1) return "";
      return element("div", { class: "gauge" }, [element("i", { class: "fill", style: "width:" + 100 * value + "%" })]);
    };
    tableCard("wellbeing", "Harm is measured too", "Values from 0 to 1 also have a bar.", [
      { name: "measure", title: true, cell: ([name]) => words(name) },
      { name: "value", number: true, cell: ([, value]) => number(value) },
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
      return element("span", { class: "said mark bad", text: "✗ falls short" });
    };
    const what = (f) => element("span", { class: "said" }, [
      f.key.replace(/\./g, " · ").replace(/_/g, " "),
      f.note ? element("div", { class: "minor", text: f.note }) : null,
    ]);
    const source = (f) => element("span", { class: "said minor" }, [f.source, f.why ? element("div", { text: "Here: " + f.why }) : null]);
    const { passed, of } = summary.realism;
    const how = "Shaded: the accepted band. Bar: this city. Circle: the published figure." + (of ? " " + passed + " of " + of + " facts are within their band." : "");
    tableCard("scorecard", "Published facts", data.scorecard.length ? how : "", [
      { name: "fact", title: true, cell: what },
      { name: "verdict", cell: mark },
      { name: "city", number: true, cell: (f) => number(f.value) },
      { name: "band", number: true, cell: (f) => number(f.low) + " to " + number(f.high) },
      { name: "where", bar: true, cell: gauge },
      { name: "published", number: true, cell: (f) => (isNumber(f.published) ? number(f.published) : "") },
      { name: "source", cell: source },
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
    if (!data.notes.length) return;
    const notes = card("reproduce", "Before you quote a number", "", { size: "wide" });
    notes.e.append(element("ul", { class: "notes" }, data.notes.map((text) => element("li", { text }))));
  }

  const sections = { header, headline, retention, engagement, attention, recommendations, popularity, coins, land, ads, wellbeing, scorecard, reproduce };
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
