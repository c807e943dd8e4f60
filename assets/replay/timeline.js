"use strict";
// The bar at the bottom: the whole recording at a glance, and where one is in it.
const timeline = (() => {
  const DAY = reel.TICKS_PER_DAY;
  const HEIGHT = { labels: 15, top: 9 };
  const NIGHTS_UP_TO_DAYS = 40;

  // Minutes after which what is read out is told anew.
  const WORDS_EVERY = 10;

  function make(host, film, seek) {
    const canvas = charts.element("canvas", { "aria-hidden": "true" });
    const tip = charts.element("span", { class: "tip", hidden: "" });
    host.append(canvas, tip);
    const span = Math.max(1, film.last - film.first);
    const most = film.awake.reduce((a, b) => Math.max(a, b), 1);
    let size = { w: 1, h: 1, ratio: 1 };
    let tick = film.first;
    let backdrop = null;
    let hovered = -1;

    const x = (t) => 10 + ((t - film.first) / span) * (size.w - 20);
    const tickOf = (px) => film.first + Math.min(1, Math.max(0, (px - 10) / (size.w - 20))) * span;
    // Asked of the style once, not in every frame.
    let inks = {};
    const ink = (name) => (inks[name] ||= getComputedStyle(document.documentElement).getPropertyValue("--" + name).trim());

    function resize() {
      const box = host.getBoundingClientRect();
      size = { w: Math.max(40, box.width), h: Math.max(30, box.height), ratio: Math.min(2, window.devicePixelRatio || 1) };
      canvas.width = Math.round(size.w * size.ratio);
      canvas.height = Math.round(size.h * size.ratio);
      backdrop = null;
      draw();
    }

    // Everything but the cursor, once in the colors of what is to come and once of what has been.
    function paint(isPast) {
      const layer = document.createElement("canvas");
      layer.width = canvas.width;
      layer.height = canvas.height;
      const g = layer.getContext("2d");
      g.setTransform(size.ratio, 0, 0, size.ratio, 0, 0);
      const low = size.h - HEIGHT.labels;
      const days = span / DAY;
      if (days <= NIGHTS_UP_TO_DAYS) {
        g.fillStyle = ink("night");
        for (let d = Math.floor(film.first / DAY); d * DAY < film.last; d++) {
          for (const [from, to] of [[0, 6], [21, 24]]) {
            const a = Math.max(film.first, d * DAY + from * 60);
            const b = Math.min(film.last, d * DAY + to * 60);
            if (b > a) g.fillRect(x(a), HEIGHT.top, x(b) - x(a), low - HEIGHT.top);
          }
        }
      }
      g.beginPath();
      g.moveTo(x(film.first), low);
      film.awake.forEach((n, hour) => {
        const t = (hour + 0.5) * 60;
        if (t >= film.first && t <= film.last) g.lineTo(x(t), low - (n / most) * (low - HEIGHT.top - 4));
      });
      g.lineTo(x(film.last), low);
      g.closePath();
      g.fillStyle = ink(isPast ? "accent-soft" : "track");
      g.fill();
      g.lineWidth = 1.25;
      g.strokeStyle = ink(isPast ? "accent" : "track-line");
      g.stroke();
      g.fillStyle = ink("line");
      g.fillRect(x(film.first), low, x(film.last) - x(film.first), 1);

      g.font = "500 10.5px " + getComputedStyle(document.body).fontFamily;
      g.textAlign = "left";
      g.textBaseline = "alphabetic";
      const oneDay = ((size.w - 20) / span) * DAY;
      const hours = oneDay > 420 ? 3 : oneDay > 220 ? 6 : oneDay > 110 ? 12 : 0;
      const every = [1, 2, 5, 7, 10, 14, 30, 60].find((n) => n * oneDay >= 44) || 90;
      for (let d = Math.floor(film.first / DAY); d * DAY <= film.last; d++) {
        if (d * DAY < film.first) continue;
        const isNamed = d % every === 0 && d * DAY < film.last;
        g.fillStyle = ink("line");
        g.fillRect(x(d * DAY), low, 1, isNamed ? 5 : 3);
        if (isNamed) {
          g.fillStyle = ink("quiet");
          g.fillText((every === 1 || d === 0 ? "Day " : "") + d, x(d * DAY) + 4, size.h - 3);
        }
        for (let h = hours; hours && h < 24; h += hours) {
          const t = d * DAY + h * 60;
          if (t >= film.last) break;
          g.fillStyle = ink("line");
          g.fillRect(x(t), low, 1, 3);
          g.fillStyle = ink("faint");
          g.textAlign = "center";
          g.fillText(String(h).padStart(2, "0") + ":00", x(t), size.h - 3);
          g.textAlign = "left";
        }
      }
      g.strokeStyle = ink("mark");
      g.setLineDash([2, 2]);
      for (const turn of film.turns) {
        g.beginPath();
        g.moveTo(Math.round(x(turn.tick)) + 0.5, HEIGHT.top);
        g.lineTo(Math.round(x(turn.tick)) + 0.5, low);
        g.stroke();
      }
      g.setLineDash([]);
      return layer;
    }

    function draw() {
      if (!backdrop) backdrop = { past: paint(true), future: paint(false) };
      const g = canvas.getContext("2d");
      g.setTransform(1, 0, 0, 1, 0, 0);
      g.clearRect(0, 0, canvas.width, canvas.height);
      const at = Math.round(x(tick) * size.ratio);
      if (at > 0) g.drawImage(backdrop.past, 0, 0, at, canvas.height, 0, 0, at, canvas.height);
      if (at < canvas.width) g.drawImage(backdrop.future, at, 0, canvas.width - at, canvas.height, at, 0, canvas.width - at, canvas.height);
      g.setTransform(size.ratio, 0, 0, size.ratio, 0, 0);
      const low = size.h - HEIGHT.labels;
      film.captions.forEach((c, i) => {
        const isPast = c.tick <= tick;
        g.beginPath();
        g.arc(x(c.tick), HEIGHT.top - 3, i === hovered ? 5.5 : 4, 0, 7);
        g.fillStyle = ink(isPast ? "accent" : "card");
        g.strokeStyle = ink(isPast ? "accent" : "faint");
        g.lineWidth = 1.5;
        g.fill();
        g.stroke();
      });
      g.fillStyle = ink("ink");
      g.fillRect(x(tick) - 1, HEIGHT.top - 2, 2, low - HEIGHT.top + 2);
      g.beginPath();
      g.arc(x(tick), low, 5.5, 0, 7);
      g.fill();
      g.strokeStyle = ink("card");
      g.lineWidth = 2;
      g.stroke();
    }

    function near(px, py) {
      if (py > HEIGHT.top + 6) return -1;
      return film.captions.findIndex((c) => Math.abs(x(c.tick) - px) < 7);
    }

    let isDown = false;
    const local = (event) => {
      const box = host.getBoundingClientRect();
      return [event.clientX - box.left, event.clientY - box.top];
    };
    host.addEventListener("pointerdown", (event) => {
      if (event.button !== 0) return;
      isDown = true;
      host.setPointerCapture(event.pointerId);
      const [px, py] = local(event);
      const caption = near(px, py);
      seek(caption >= 0 ? film.captions[caption].tick : tickOf(px), caption >= 0);
    });
    host.addEventListener("pointermove", (event) => {
      const [px, py] = local(event);
      const caption = near(px, py);
      if (caption !== hovered) {
        hovered = caption;
        draw();
      }
      tip.hidden = false;
      tip.textContent = caption >= 0 ? caption + 1 + " · " + film.captions[caption].title : charts.when(tickOf(px));
      const share = Math.min(1, Math.max(0, px / size.w));
      tip.style.left = px + "px";
      tip.style.transform = "translateX(" + -100 * share + "%)";
      if (isDown) seek(tickOf(px), false);
    });
    for (const name of ["pointerup", "pointercancel", "pointerleave"]) {
      host.addEventListener(name, () => {
        if (name !== "pointerleave") isDown = false;
        tip.hidden = true;
        hovered = -1;
        draw();
      });
    }

    host.setAttribute("aria-valuemin", film.first);
    host.setAttribute("aria-valuemax", film.last);
    return {
      resize,
      repaint() {
        inks = {};
        backdrop = null;
        draw();
      },
      show(now) {
        tick = now;
        draw();
        const minute = Math.floor(now / WORDS_EVERY) * WORDS_EVERY;
        if (host.getAttribute("aria-valuenow") !== String(minute)) {
          host.setAttribute("aria-valuenow", minute);
          host.setAttribute("aria-valuetext", charts.when(minute));
        }
      },
    };
  }

  return { make };
})();
