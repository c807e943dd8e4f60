// Parts of buildings, trees and lamps; walls have windows that are lit in the evening.

struct Part {
    @location(0) position: vec3<f32>,
    @location(1) normal: vec4<f32>,
    @location(2) at: vec3<f32>,
    @location(3) size: vec4<f32>,   // width, height, depth in 128ths of a metre's scale; w: turn
    @location(4) paint: vec4<f32>,  // a: how much it glows
    @location(5) trim: vec4<f32>,
    @location(6) seed: u32,
}

struct Placed {
    world: vec3<f32>,
    normal: vec3<f32>,
    size: vec3<f32>,
}

fn placed(in: Part) -> Placed {
    var out: Placed;
    out.size = in.size.xyz * 128.0;
    let turn = in.size.w * 6.2831853;
    let c = cos(turn);
    let s = sin(turn);
    let p = in.position * out.size;
    // A slanted face of a stretched shape leans the other way.
    let n = in.normal.xyz / max(out.size, vec3(0.01));
    out.world = in.at + vec3(p.x * c + p.z * s, p.y, p.z * c - p.x * s);
    out.normal = normalize(vec3(n.x * c + n.z * s, n.y, n.z * c - n.x * s));
    return out;
}

struct Plain {
    @builtin(position) clip: vec4<f32>,
    @location(0) color: vec3<f32>,
}

fn base(in: Part) -> vec4<f32> {
    return select(in.paint, in.trim, in.normal.w > 0.002);
}

@vertex
fn plain_vertex(in: Part) -> Plain {
    let p = placed(in);
    let own = base(in);
    let albedo = linear(own.rgb);
    let open = mix(0.62, 1.0, smoothstep(0.0, 2.6, p.world.y));
    var color = muted(lit(albedo, p.normal, open));
    // What glows does so by itself, most at night.
    color = mix(color, albedo * mix(0.9, 1.5, frame.light.w) + 0.1 * frame.light.w, own.a * mix(0.55, 1.0, frame.light.w));
    var out: Plain;
    out.clip = frame.clip_from_world * vec4(p.world, 1.0);
    out.color = mix(color, frame.horizon.rgb, fog_at(p.world));
    return out;
}

@fragment
fn plain_fragment(in: Plain) -> @location(0) vec4<f32> {
    return vec4(in.color, 1.0);
}

struct Wall {
    @builtin(position) clip: vec4<f32>,
    @location(0) color: vec3<f32>,
    @location(1) panes: vec2<f32>,   // windows along the wall and floors above its foot
    @location(2) bright: f32,        // light on the glass
    @location(3) fog: f32,
    @location(4) @interpolate(flat) seed: u32,
}

@vertex
fn wall_vertex(in: Part) -> Wall {
    let p = placed(in);
    var out: Wall;
    out.clip = frame.clip_from_world * vec4(p.world, 1.0);
    let open = mix(0.66, 1.0, smoothstep(0.0, 3.2, in.position.y * p.size.y));
    out.color = muted(lit(linear(base(in).rgb), p.normal, open));
    let faces_side = abs(in.normal.x) > 0.5;
    let along = select(in.position.x, in.position.z, faces_side);
    let width = select(p.size.x, p.size.z, faces_side);
    let n = max(floor(width / 1.75), 1.0);
    let is_top = in.normal.y > 0.5;
    out.panes = select(vec2((along + 0.5) * n, in.position.y * p.size.y / 3.0), vec2(0.0, -4.0), is_top);
    out.bright = dot(lit(vec3(1.0), p.normal, 1.0), vec3(0.34));
    out.fog = fog_at(p.world);
    out.seed = in.seed + select(0u, 17u, faces_side) + select(0u, 31u, in.normal.x + in.normal.z > 0.0);
    return out;
}

@fragment
fn wall_fragment(in: Wall) -> @location(0) vec4<f32> {
    let blur = max(fwidth(in.panes), vec2(0.001));
    let at = fract(in.panes);
    let low = clamp((at - vec2(0.24, 0.30)) / blur + 0.5, vec2(0.0), vec2(1.0));
    let high = clamp((vec2(0.76, 0.80) - at) / blur + 0.5, vec2(0.0), vec2(1.0));
    let inside = low.x * low.y * high.x * high.y * step(0.0, in.panes.y);
    let which = vec2<u32>(vec2<i32>(floor(in.panes)) + 64);
    let luck = hash(in.seed * 977u + which.x * 131u + which.y * 7919u);
    let glass = mix(vec3(0.055, 0.085, 0.12), frame.horizon.rgb * 0.55, 0.35 + 0.3 * luck) * min(in.bright, 1.0);
    let lamp = mix(vec3(1.0, 0.66, 0.28), vec3(1.0, 0.82, 0.54), fract(luck * 37.0)) * (0.55 + 0.5 * fract(luck * 91.0));
    let pane = select(glass, lamp, luck < frame.sky.w);
    let color = mix(in.color, muted(pane), inside);
    return vec4(mix(color, frame.horizon.rgb, in.fog), 1.0);
}

// Everything laid flat along the light, into the depth buffer only.
@vertex
fn shadow_vertex(in: Part) -> @builtin(position) vec4<f32> {
    let world = placed(in).world;
    let l = frame.toward.xyz;
    let at = world.xz - l.xz * (world.y / l.y);
    return frame.clip_from_world * vec4(at.x, 0.14, at.y, 1.0);
}

@fragment
fn shadow_fragment() -> @location(0) vec4<f32> {
    return vec4(0.0);
}
