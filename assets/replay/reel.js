"use strict";
// Reads the embedded recording: bytes in, columns out. The layout is that of `pack.rs`; nothing in here draws.
const reel = (() => {
  const MAGIC = "AGR1";

  // What somebody does, by the number in the file.
  const ACTIVITY = { IDLE: 1, WAITING: 2, LOOKING: 3, WALKING: 4, TALKING: 5, PLAYING: 6, STUDYING: 7 };

  const NOWHERE = 0xffffffff;
  const NO_TOPIC = 255;

  // Ticks in a bucket of the index that finds who is here at a tick.
  const BUCKET = 15;
  const TICKS_PER_HOUR = 60;

  // Most people that a page has room for.
  const MOST_AVATARS = 1 << 24;

  // Share of attention that somebody gives who does this.
  const ATTENTION = [0, 0, 0.6, 1, 0, 0.35, 1, 1];

  function bytesOf(base64) {
    const text = atob(base64.trim());
    const bytes = new Uint8Array(text.length);
    for (let i = 0; i < bytes.length; i++) bytes[i] = text.charCodeAt(i);
    return bytes;
  }

  class Reader {
    constructor(bytes) {
      this.bytes = bytes;
      this.at = 0;
      this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
      this.texts = new TextDecoder("utf-8", { fatal: true });
    }

    need(n) {
      if (this.at + n > this.bytes.length) throw new Error("the recording in this page ends at byte " + this.bytes.length + ", too early");
    }

    byte() {
      this.need(1);
      return this.bytes[this.at++];
    }

    // Seven bits a byte, the lowest first.
    number() {
      let value = 0;
      let scale = 1;
      for (let i = 0; i < 7; i++) {
        const byte = this.byte();
        value += (byte & 127) * scale;
        if (byte < 128) return value;
        scale *= 128;
      }
      throw new Error("a number at byte " + this.at + " is too long");
    }

    // How many things follow, each of at least `least` bytes: never more than there are bytes for.
    count(least) {
      const n = this.number();
      if (n * least > this.bytes.length - this.at) throw new Error("byte " + this.at + " promises more than there is");
      return n;
    }

    float() {
      this.need(4);
      const value = this.view.getFloat32(this.at, true);
      this.at += 4;
      return value;
    }

    text() {
      const n = this.count(1);
      const part = this.bytes.subarray(this.at, this.at + n);
      this.at += n;
      return this.texts.decode(part);
    }

    // `n` bytes written as runs: how long, and of what.
    runs(n) {
      const all = new Uint8Array(n);
      let done = 0;
      while (done < n) {
        const length = this.number();
        const value = this.byte();
        if (length === 0 || done + length > n) throw new Error("a run at byte " + this.at + " has an impossible length");
        all.fill(value, done, done + length);
        done += length;
      }
      return all;
    }

    list(least, one) {
      const n = this.count(least);
      const all = [];
      for (let i = 0; i < n; i++) all.push(one());
      return all;
    }
  }

  // Columns that grow.
  class Columns {
    constructor(kinds) {
      this.n = 0;
      this.room = 4096;
      this.kinds = kinds;
      for (const [name, kind] of Object.entries(kinds)) this[name] = new kind(this.room);
    }

    push() {
      if (this.n === this.room) {
        this.room *= 2;
        for (const [name, kind] of Object.entries(this.kinds)) {
          const wider = new kind(this.room);
          wider.set(this[name]);
          this[name] = wider;
        }
      }
      return this.n++;
    }
  }

  function head(r) {
    for (const c of MAGIC) if (r.byte() !== c.charCodeAt(0)) throw new Error("the data in this page is no recording of this version");
    const film = {
      title: r.text(),
      description: r.text(),
      scenario: r.text(),
      seed: r.text(),
      first: r.number(),
      last: r.number(),
      side: r.number(),
      roadEvery: r.number(),
    };
    const cells = film.side * film.side;
    if (cells > 1 << 24) throw new Error("the map is too large");
    film.cells = r.runs(cells);
    film.districts = r.runs(cells);
    film.homes = r.runs(cells);
    film.worth = r.runs(cells);
    film.spaces = r.list(3, () => ({ kind: r.byte(), parcel: r.number(), topic: r.text() }));
    film.topics = r.list(1, () => r.text());
    film.series = r.list(6, () => {
      const one = { key: r.text(), title: r.text(), unit: r.byte(), first: r.number(), step: r.number() };
      const n = r.count(4);
      one.values = Float32Array.from({ length: n }, () => r.float());
      return one;
    });
    let tick = 0;
    film.turns = r.list(2, () => ({ tick: (tick += r.number()), text: r.text() }));
    film.captions = r.list(13, () => {
      const one = { tick: r.number(), title: r.text(), text: r.text(), look: r.byte(), id: 0 };
      if (one.look !== 0) one.id = r.number();
      one.speed = r.float();
      one.zoom = r.float();
      one.chart = r.text();
      return one;
    });
    return film;
  }

  // Turns steps into spans: somebody stands here from then to then, or walks from here to there.
  function spans(r, film, ground) {
    const s = new Columns({
      avatar: Uint32Array, t0: Uint32Array, t1: Uint32Array, space: Uint32Array, topic: Uint8Array, activity: Uint8Array,
      x0: Float32Array, y0: Float32Array, x1: Float32Array, y1: Float32Array,
    });
    const marks = new Columns({ tick: Uint32Array, span: Uint32Array, kind: Uint8Array });
    const people = new Map();
    const seats = ground.seating(film);
    let largest = 0;

    const place = (code, avatar) =>
      code % 2 === 1 ? { space: NOWHERE, ...seats.home((code - 1) / 2, avatar) } : { space: code / 2, ...seats.take(code / 2, avatar) };

    const open = (tick, avatar, person, activity, from, to) => {
      const i = s.push();
      s.avatar[i] = avatar;
      s.t0[i] = tick;
      s.t1[i] = tick;
      s.space[i] = person.at.space;
      s.topic[i] = person.topic;
      s.activity[i] = activity;
      s.x0[i] = from.x;
      s.y0[i] = from.y;
      s.x1[i] = to.x;
      s.y1[i] = to.y;
      person.span = i;
      person.activity = activity;
    };

    // Ends what somebody does; a walk that has arrived becomes standing around.
    const close = (tick, avatar, person) => {
      if (person.activity === ACTIVITY.WALKING && tick > person.arrives) {
        s.t1[person.span] = person.arrives;
        open(person.arrives, avatar, person, ACTIVITY.IDLE, person.at, person.at);
      }
      s.t1[person.span] = Math.max(tick, s.t0[person.span]);
    };

    let tick = 0;
    const moments = r.count(3);
    for (let m = 0; m < moments; m++) {
      tick += r.number();
      const n = r.count(2);
      let avatar = 0;
      for (let k = 0; k < n; k++) {
        avatar += r.number();
        const code = r.byte();
        const small = code >> 3;
        const person = people.get(avatar);
        largest = Math.max(largest, avatar);
        switch (code & 7) {
          case 0: {
            const now = { at: place(r.number(), avatar), topic: NO_TOPIC };
            people.set(avatar, now);
            open(tick, avatar, now, small, now.at, now.at);
            break;
          }
          case 1:
            if (person) {
              close(tick, avatar, person);
              seats.leave(person.at);
              people.delete(avatar);
            }
            break;
          case 2: {
            const to = r.number();
            const ticks = r.number();
            if (!person) break;
            close(tick, avatar, person);
            const from = person.at;
            seats.leave(from);
            person.at = place(to, avatar);
            person.arrives = tick + Math.max(1, ticks);
            open(tick, avatar, person, ACTIVITY.WALKING, from, person.at);
            break;
          }
          case 3: {
            const to = r.number();
            if (!person) break;
            close(tick, avatar, person);
            seats.leave(person.at);
            person.at = place(to, avatar);
            open(tick, avatar, person, small, person.at, person.at);
            break;
          }
          case 4:
            if (!person) break;
            // Whoever is told to do something on the way is only there once it has arrived.
            if (person.activity === ACTIVITY.WALKING && tick < person.arrives) person.arrives = tick;
            close(tick, avatar, person);
            open(tick, avatar, person, small, person.at, person.at);
            break;
          case 5:
            if (person) {
              const i = marks.push();
              marks.tick[i] = tick;
              marks.span[i] = person.span;
              marks.kind[i] = small;
            }
            break;
          case 6:
            if (person) {
              person.topic = small;
              s.topic[person.span] = small;
            }
            break;
          default:
            throw new Error("a step at byte " + r.at + " is of no known kind");
        }
      }
    }
    for (const [avatar, person] of people) close(film.last, avatar, person);
    if (largest > MOST_AVATARS) throw new Error("avatar " + largest + " is too many");
    if (r.at !== r.bytes.length) throw new Error("there are bytes after the end of the recording");
    film.spans = s;
    film.marks = marks;
    film.largest = largest;
  }

  // For each bucket of ticks the spans that touch it, so that any tick is found at once.
  function index(film) {
    const s = film.spans;
    const n = Math.floor(film.last / BUCKET) + 2;
    const starts = new Uint32Array(n + 1);
    const each = (one) => {
      for (let i = 0; i < s.n; i++) {
        const to = Math.min(n - 1, Math.floor(s.t1[i] / BUCKET));
        for (let b = Math.floor(s.t0[i] / BUCKET); b <= to; b++) one(b, i);
      }
    };
    each((b) => starts[b + 1]++);
    for (let b = 0; b < n; b++) starts[b + 1] += starts[b];
    const entries = new Uint32Array(starts[n]);
    const next = starts.slice();
    each((b, i) => (entries[next[b]++] = i));
    film.buckets = { n, starts, entries };
  }

  // Attention by hour and space, in minutes, and how many are awake by hour.
  function sums(film) {
    const s = film.spans;
    const hours = Math.ceil(film.last / TICKS_PER_HOUR) + 1;
    const n = film.spaces.length;
    const attention = new Float32Array(hours * n);
    const awake = new Float32Array(hours);
    let most = 0;
    for (let i = 0; i < s.n; i++) {
      const share = ATTENTION[s.activity[i]] || 0;
      for (let t = s.t0[i]; t < s.t1[i]; ) {
        const hour = Math.floor(t / TICKS_PER_HOUR);
        const end = Math.min(s.t1[i], (hour + 1) * TICKS_PER_HOUR);
        awake[hour] += (end - t) / TICKS_PER_HOUR;
        if (s.space[i] < n) {
          const cell = hour * n + s.space[i];
          attention[cell] += share * (end - t);
          most = Math.max(most, attention[cell]);
        }
        t = end;
      }
    }
    film.hours = hours;
    film.attention = attention;
    film.mostAttention = Math.max(most, 1);
    film.awake = awake;
  }

  // Reads the whole page's data.
  function read(base64, ground) {
    const r = new Reader(bytesOf(base64));
    const film = head(r);
    spans(r, film, ground);
    index(film);
    sums(film);
    return film;
  }

  // Calls `one` for each span that touches the ticks from `from` to `to`; some more than once.
  function touching(film, from, to, one) {
    const { n, starts, entries } = film.buckets;
    const s = film.spans;
    const last = Math.min(n - 1, Math.max(0, Math.floor(to / BUCKET)));
    for (let b = Math.max(0, Math.floor(from / BUCKET)); b <= last; b++) {
      for (let k = starts[b]; k < starts[b + 1]; k++) {
        const i = entries[k];
        if (s.t0[i] <= to && s.t1[i] > from) one(i);
      }
    }
  }

  // The index of the last of `n` sorted values that is at most `value`, or −1.
  function lastAtMost(values, n, value) {
    let low = 0;
    let high = n;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (values[middle] <= value) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  }

  return { read, touching, lastAtMost, ACTIVITY, NOWHERE, NO_TOPIC, TICKS_PER_HOUR, TICKS_PER_DAY: 1440 };
})();
