// Avatars: figures that walk along their way of the tick, rings of attention below them and signs above.

struct Person {
    @location(0) position: vec3<f32>,
    @location(1) normal: vec4<f32>,
    @location(2) way_a: vec4<f32>,   // two corners
    @location(3) way_b: vec4<f32>,   // two corners
    @location(4) way_c: vec2<f32>,   // the end
    @location(5) color: vec4<f32>,   // a: 0 its own, 1 of an overlay, between of an overlay and at home
    @location(6) bits: u32,
    @location(7) id: u32,
}

struct Pose {
    at: vec2<f32>,
    ahead: vec2<f32>,
    walks: f32,
    grown: f32,
}

fn metres(p: vec2<f32>) -> vec2<f32> {
    return p * frame.sun.w - frame.moon.w;
}

fn pose(in: Person) -> Pose {
    let p0 = metres(in.way_a.xy);
    let p1 = metres(in.way_a.zw);
    let p2 = metres(in.way_b.xy);
    let p3 = metres(in.way_b.zw);
    let p4 = metres(in.way_c);
    let d = vec4(distance(p0, p1), distance(p1, p2), distance(p2, p3), distance(p3, p4));
    let total = d.x + d.y + d.z + d.w;
    var out: Pose;
    out.walks = step(0.2, total);
    out.grown = 1.0;
    if (in.bits & 0x2000u) != 0u {
        out.grown = smoothstep(0.0, 0.25, frame.zenith.w);
    }
    let facing = f32((in.bits >> 16u) & 0xFFu) / 255.0 * 6.2831853;
    out.ahead = vec2(sin(facing), cos(facing));
    out.at = p4;
    if out.walks > 0.5 {
        var s = frame.zenith.w * total;
        var a = p0;
        var b = p1;
        var len = d.x;
        if s > d.x + d.y + d.z {
            s -= d.x + d.y + d.z; a = p3; b = p4; len = d.w;
        } else if s > d.x + d.y {
            s -= d.x + d.y; a = p2; b = p3; len = d.z;
        } else if s > d.x {
            s -= d.x; a = p1; b = p2; len = d.y;
        }
        if len > 0.01 {
            out.ahead = (b - a) / len;
            out.at = a + out.ahead * min(s, len);
        }
    }
    return out;
}

// At least this many pixels tall, at most this many times as large as life; picking knows the same numbers.
const FAR_PIXELS = 9.0;
const FAR_MOST = 6.0;

fn is_at_home(in: Person) -> bool {
    return (in.bits & 0xC000u) == 0xC000u;
}

// How many times as large as life somebody is drawn at most.
fn most(in: Person) -> f32 {
    return select(FAR_MOST, 1.5, is_at_home(in));
}

// From afar figures are drawn larger, so that one can still see them.
fn enlarged(at: vec2<f32>, pixels: f32, limit: f32) -> f32 {
    let away = dot(vec3(at.x, 1.0, at.y) - frame.eye.xyz, frame.forward.xyz);
    return clamp(away * frame.eye.w * pixels / 1.8, 1.0, limit);
}

const SKIN = array<vec3<f32>, 5>(
    vec3(0.96, 0.80, 0.68), vec3(0.88, 0.68, 0.53), vec3(0.74, 0.52, 0.38), vec3(0.55, 0.36, 0.25), vec3(0.40, 0.26, 0.19),
);
const HAIR = array<vec3<f32>, 4>(
    vec3(0.16, 0.12, 0.10), vec3(0.36, 0.23, 0.14), vec3(0.62, 0.44, 0.24), vec3(0.46, 0.44, 0.43),
);
// By role: what is worn on the head, its size and its color.
const HAT_SIZE = array<vec3<f32>, 5>(
    vec3(1.0, 1.0, 1.0), vec3(1.45, 0.85, 1.45), vec3(1.9, 0.7, 1.9), vec3(1.0, 2.9, 1.0), vec3(1.75, 0.55, 1.75),
);
const HAT_COLOR = array<vec3<f32>, 5>(
    vec3(0.3, 0.2, 0.1), vec3(0.55, 0.10, 0.32), vec3(0.86, 0.72, 0.40), vec3(0.10, 0.16, 0.14), vec3(0.10, 0.16, 0.34),
);

fn dressed(in: Person, material: u32, role: u32, luck: u32) -> vec3<f32> {
    if in.color.a > 0.5 && material != 1u {
        return linear(in.color.rgb) * select(0.75, 1.0, material == 0u || material == 4u);
    }
    switch material {
        case 1u: { return linear(SKIN[luck % 5u]); }
        case 2u: { return linear(mix(vec3(0.18, 0.20, 0.28), vec3(0.52, 0.46, 0.40), f32(luck & 7u) / 7.0)); }
        case 3u: {
            if role == 0u { return linear(HAIR[(luck >> 3u) & 3u]); }
            return linear(HAT_COLOR[role]);
        }
        case 4u: { return linear(in.color.rgb) * 0.82; }
        default: { return linear(in.color.rgb); }
    }
}

struct Varying {
    @builtin(position) clip: vec4<f32>,
    @location(0) color: vec3<f32>,
}

fn finished(world: vec3<f32>, color: vec3<f32>) -> Varying {
    var out: Varying;
    out.clip = frame.clip_from_world * vec4(world, 1.0);
    out.color = mix(color, frame.horizon.rgb, fog_at(world));
    return out;
}

struct Body {
    world: vec3<f32>,
    normal: vec3<f32>,
    height: f32,
}

fn body(in: Person) -> Body {
    let p = pose(in);
    let code = u32(round(in.normal.w * 127.0));
    let material = code & 15u;
    let role = min(in.bits & 7u, 4u);
    let luck = in.bits >> 24u;
    var v = in.position;
    if material == 3u {
        v = vec3(0.0, 1.64, 0.0) + (v - vec3(0.0, 1.64, 0.0)) * HAT_SIZE[role];
    }
    let phase = frame.forward.w * 9.0 + f32(luck);
    if code >= 16u {
        var swing = 0.65 * sin(phase) * select(1.0, -1.0, code >= 32u) * p.walks;
        let gestures = f32((in.bits & 0xC000u) == 0x8000u) * f32(material == 4u && code >= 32u);
        swing -= gestures * (0.7 + 0.4 * sin(frame.forward.w * 3.0 + f32(luck)));
        let pivot = select(0.8, 1.3, material == 4u);
        let c = cos(swing);
        let s = sin(swing);
        let y = v.y - pivot;
        v = vec3(v.x, pivot + y * c - v.z * s, y * s + v.z * c);
    }
    v.y += p.walks * 0.05 * abs(sin(phase));
    v *= p.grown * (0.92 + 0.16 * f32(luck & 15u) / 15.0) * enlarged(p.at, FAR_PIXELS, most(in));
    let n = in.normal.xyz;
    var out: Body;
    out.world = vec3(p.at.x, 0.14, p.at.y)
        + vec3(v.x * p.ahead.y + v.z * p.ahead.x, v.y, v.z * p.ahead.y - v.x * p.ahead.x);
    out.normal = normalize(vec3(n.x * p.ahead.y + n.z * p.ahead.x, n.y, n.z * p.ahead.y - n.x * p.ahead.x));
    out.height = v.y;
    return out;
}

@vertex
fn figure_vertex(in: Person) -> Varying {
    let b = body(in);
    let material = u32(round(in.normal.w * 127.0)) & 15u;
    let open = mix(0.7, 1.0, clamp(b.height / 1.2, 0.0, 1.0));
    // A little light of their own keeps people readable at night.
    let albedo = dressed(in, material, min(in.bits & 7u, 4u), in.bits >> 24u);
    let color = lit(albedo, b.normal, open) + albedo * (0.10 * frame.light.w + 0.3 * in.color.a);
    return finished(b.world, color);
}

@vertex
fn figure_shadow_vertex(in: Person) -> @builtin(position) vec4<f32> {
    let world = body(in).world;
    let l = frame.toward.xyz;
    let at = world.xz - l.xz * ((world.y - 0.14) / l.y);
    return frame.clip_from_world * vec4(at.x, 0.14, at.y, 1.0);
}

@fragment
fn figure_shadow_fragment() -> @location(0) vec4<f32> {
    return vec4(0.0);
}

@vertex
fn far_vertex(in: Person) -> Varying {
    let p = pose(in);
    let code = u32(round(in.normal.w * 127.0));
    let role = min(in.bits & 7u, 4u);
    let luck = in.bits >> 24u;
    let size = p.grown * enlarged(p.at, FAR_PIXELS, most(in));
    let v = in.position * size;
    let flat_right = normalize(vec3(frame.right.x, 0.0, frame.right.z));
    let world = vec3(p.at.x, 0.14, p.at.y) + flat_right * v.x + mix(vec3(0.0, 1.0, 0.0), frame.up.xyz, 0.6) * v.y;
    let albedo = dressed(in, code & 15u, role, luck);
    let color = lit(albedo, normalize(vec3(0.0, 0.7, 0.0) - 0.7 * frame.forward.xyz), 1.0) + albedo * (0.10 * frame.light.w + 0.3 * in.color.a);
    return finished(world, color);
}

@fragment
fn figure_fragment(in: Varying) -> @location(0) vec4<f32> {
    return vec4(in.color, 1.0);
}

struct Sign {
    @builtin(position) clip: vec4<f32>,
    @location(0) at: vec2<f32>,
    @location(1) strength: f32,
    @location(2) @interpolate(flat) kind: u32,
}

@vertex
fn glow_vertex(in: Person) -> Sign {
    let p = pose(in);
    let glow = f32((in.bits >> 9u) & 15u) / 15.0;
    let size = select(0.0, 1.25, glow > 0.0) * p.grown * enlarged(p.at, 6.0, 5.0);
    let world = vec3(p.at.x + in.position.x * size, 0.22, p.at.y - in.position.y * size);
    var out: Sign;
    out.clip = frame.clip_from_world * vec4(world, 1.0);
    out.at = in.position.xy;
    out.strength = glow * (1.0 - fog_at(world));
    out.kind = 0u;
    return out;
}

@fragment
fn glow_fragment(in: Sign) -> @location(0) vec4<f32> {
    let r = length(in.at);
    let ring = smoothstep(0.62, 0.82, r) * (1.0 - smoothstep(0.86, 1.0, r));
    let fill = 0.28 * (1.0 - smoothstep(0.0, 1.0, r));
    let a = (ring * 0.75 + fill) * in.strength;
    return vec4(vec3(1.0, 0.80, 0.30) * a * mix(0.75, 0.9, frame.light.w), a * 0.35);
}

@vertex
fn sign_vertex(in: Person) -> Sign {
    let p = pose(in);
    let larger = enlarged(p.at, FAR_PIXELS, most(in));
    let age = f32((in.bits >> 6u) & 7u) + frame.zenith.w;
    let rise = 0.12 * age;
    let size = 0.34 * p.grown * max(larger, enlarged(p.at, 26.0, 8.0));
    let middle = vec3(p.at.x, 0.14 + 2.0 * larger + size + rise, p.at.y);
    let world = middle + (frame.right.xyz * in.position.x + frame.up.xyz * in.position.y) * size;
    var out: Sign;
    out.clip = frame.clip_from_world * vec4(world, 1.0);
    out.at = in.position.xy;
    out.strength = clamp(1.25 - age / 4.0, 0.0, 1.0) * (1.0 - fog_at(world));
    out.kind = (in.bits >> 3u) & 7u;
    return out;
}

fn heart(p: vec2<f32>) -> f32 {
    let q = vec2(abs(p.x) * 1.15, p.y * 1.15 + 0.18);
    let top = length(q - vec2(0.36, 0.38)) - 0.42;
    let body = max((q.x + (0.15 - q.y)) * 0.7071 - 0.55, q.y - 0.62);
    let tip = max((q.x - q.y) * 0.7071 - 0.52, q.y - 0.25);
    return min(top, min(tip, max(body, -q.y)));
}

fn bubble(p: vec2<f32>) -> f32 {
    let b = abs(p - vec2(0.0, 0.14)) - vec2(0.52, 0.30);
    let box = length(max(b, vec2(0.0))) + min(max(b.x, b.y), 0.0) - 0.22;
    let tail = max(abs(p.x + 0.22) - 0.55 * (p.y + 0.86), p.y + 0.2);
    return min(box, tail);
}

fn bag(p: vec2<f32>) -> f32 {
    let b = abs(p - vec2(0.0, -0.2)) - vec2(0.52 - 0.1 * p.y, 0.5);
    let body = length(max(b, vec2(0.0))) + min(max(b.x, b.y), 0.0) - 0.06;
    let handle = abs(length(p - vec2(0.0, 0.3)) - 0.3) - 0.09;
    return min(body, max(handle, 0.3 - p.y));
}

@fragment
fn sign_fragment(in: Sign) -> @location(0) vec4<f32> {
    let p = in.at;
    var d = 1.0;
    var color = vec3(1.0);
    var inner = 1.0;
    switch in.kind {
        case 1u: { d = heart(p); color = vec3(0.90, 0.10, 0.22); }
        case 2u: {
            d = bubble(p); color = vec3(0.96, 0.97, 1.0);
            inner = min(min(length(p - vec2(-0.34, 0.14)), length(p - vec2(0.0, 0.14))), length(p - vec2(0.34, 0.14))) - 0.10;
        }
        case 3u: { d = bag(p); color = vec3(0.10, 0.52, 0.42); }
        case 4u: {
            d = length(p) - 0.76; color = vec3(0.98, 0.72, 0.10);
            inner = abs(length(p) - 0.52) - 0.05;
        }
        default: { d = 1.0; }
    }
    let w = max(fwidth(p.x), 0.02);
    let fill = 1.0 - smoothstep(-w, w, d);
    let rim = 1.0 - smoothstep(-w, w, d - 0.12);
    let drawn = 1.0 - smoothstep(-w, w, inner);
    let face = mix(color, color * 0.35, drawn);
    let c = mix(vec3(0.04, 0.05, 0.08), face, fill);
    let a = rim * in.strength;
    return vec4(c * a, a);
}

// Under an overlay of people everybody has a pin, and no house hides it.
struct Pin {
    @builtin(position) clip: vec4<f32>,
    @location(0) at: vec2<f32>,
    @location(1) color: vec3<f32>,
    @location(2) known: f32,
}

@vertex
fn pin_vertex(in: Person) -> Pin {
    let p = pose(in);
    let larger = enlarged(p.at, FAR_PIXELS, most(in));
    let size = 0.30 * p.grown * max(larger, enlarged(p.at, select(48.0, 20.0, is_at_home(in)), 40.0));
    let world = vec3(p.at.x, 0.14 + 1.9 * larger + size, p.at.y)
        + (frame.right.xyz * in.position.x + frame.up.xyz * in.position.y) * size;
    var out: Pin;
    out.clip = frame.clip_from_world * vec4(world, 1.0);
    out.at = in.position.xy;
    out.known = step(0.5, in.color.a);
    out.color = mix(vec3(0.35), linear(in.color.rgb), out.known);
    return out;
}

@fragment
fn pin_fragment(in: Pin) -> @location(0) vec4<f32> {
    let r = length(in.at);
    let w = max(fwidth(in.at.x), 0.02);
    let a = 1.0 - smoothstep(1.0 - 2.0 * w, 1.0, r);
    let face = 1.0 - smoothstep(0.76 - w, 0.76 + w, r);
    let rim = mix(vec3(0.03, 0.035, 0.05), vec3(0.95), 0.8 * in.known);
    let shine = mix(0.82, 1.06, 0.5 + 0.5 * in.at.y);
    return vec4(mix(rim, in.color * shine, face) * a, a);
}
