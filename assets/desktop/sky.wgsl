// The sky behind everything, and light that falls on the ground: pools below lamps, rings around what is selected.

struct Sky {
    @builtin(position) clip: vec4<f32>,
    @location(0) ray: vec3<f32>,
}

@vertex
fn sky_vertex(@builtin(vertex_index) i: u32) -> Sky {
    let at = vec2(f32(i32(i & 1u) * 4 - 1), f32(i32(i >> 1u) * 4 - 1));
    var out: Sky;
    // Depth 0 is infinitely far.
    out.clip = vec4(at, 0.0, 1.0);
    out.ray = frame.forward.xyz + frame.right.xyz * (at.x * frame.right.w) + frame.up.xyz * (at.y * frame.up.w);
    return out;
}

@fragment
fn sky_fragment(in: Sky) -> @location(0) vec4<f32> {
    let d = normalize(in.ray);
    let high = sqrt(max(d.y, 0.0));
    var color = mix(frame.horizon.rgb, frame.zenith.rgb, min(high * 1.25, 1.0));
    let s = max(dot(d, frame.sun.xyz), 0.0);
    let s2 = s * s;
    let s8 = s2 * s2 * s2 * s2;
    color += frame.halo.rgb * (0.30 * s8 + 0.5 * s8 * s8 * s8 * s8);
    color = mix(color, vec3(1.0, 0.93, 0.78), smoothstep(0.9990, 0.9995, s) * step(0.0, d.y));
    let m = dot(d, frame.moon.xyz);
    color = mix(color, vec3(0.82, 0.86, 0.95), smoothstep(0.9992, 0.9996, m) * frame.light.w);
    // Stars: one in a few cells of the sphere.
    let q = d * 70.0;
    let cell = floor(q);
    let luck = hash(u32(i32(cell.x) + 128) + u32(i32(cell.y) + 128) * 257u + u32(i32(cell.z) + 128) * 65537u);
    let off = length(fract(q) - 0.5);
    let star = step(0.965, luck) * (1.0 - smoothstep(0.03, 0.16, off)) * smoothstep(0.02, 0.25, d.y);
    color += vec3(0.75, 0.80, 0.95) * star * frame.light.w;
    return vec4(color, 1.0);
}

struct Pool {
    @location(0) position: vec3<f32>,
    @location(2) at: vec3<f32>,      // y: height above the ground
    @location(3) radius: f32,
    @location(4) color: vec4<f32>,
    @location(5) kind: u32,          // 0 pool of a lamp, 1 ring, 2 square, 3 beam
}

struct Varying {
    @builtin(position) clip: vec4<f32>,
    @location(0) at: vec2<f32>,
    @location(1) color: vec4<f32>,
    @location(2) @interpolate(flat) kind: u32,
}

@vertex
fn pool_vertex(in: Pool) -> Varying {
    let p = in.position.xy;
    var world = in.at + vec3(p.x * in.radius, 0.24, -p.y * in.radius);
    if in.kind == 3u {
        let right = normalize(vec3(frame.right.x, 0.0, frame.right.z));
        world = in.at + right * (p.x * in.radius) + vec3(0.0, (p.y * 0.5 + 0.5) * in.radius * 9.0, 0.0);
    }
    var out: Varying;
    out.clip = frame.clip_from_world * vec4(world, 1.0);
    out.at = p;
    let strength = select(1.0, frame.halo.w, in.kind == 0u) * (1.0 - fog_at(world));
    out.color = vec4(linear(in.color.rgb), in.color.a * strength);
    out.kind = in.kind;
    return out;
}

@fragment
fn pool_fragment(in: Varying) -> @location(0) vec4<f32> {
    let r = length(in.at);
    let soft = 1.0 - smoothstep(0.0, 1.0, r);
    switch in.kind {
        case 0u: { return vec4(in.color.rgb * (soft * soft * in.color.a), 0.0); }
        case 1u: {
            let ring = smoothstep(0.74, 0.80, r) * (1.0 - smoothstep(0.92, 0.98, r));
            return vec4(in.color.rgb, 1.0) * (ring * in.color.a);
        }
        case 2u: {
            let e = max(abs(in.at.x), abs(in.at.y));
            let line = smoothstep(0.90, 0.92, e) * (1.0 - smoothstep(0.97, 0.99, e));
            return vec4(in.color.rgb, 1.0) * (line * in.color.a);
        }
        default: {
            let beam = (1.0 - abs(in.at.x)) * (0.5 - 0.5 * in.at.y);
            return vec4(in.color.rgb * (beam * in.color.a * 0.5), 0.0);
        }
    }
}
