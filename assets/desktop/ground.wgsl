// The ground, and the sheet that darkens it where something stands between it and the sun.

struct Point {
    @location(0) position: vec3<f32>,
    @location(1) color: vec4<f32>,
}

struct Varying {
    @builtin(position) clip: vec4<f32>,
    @location(0) color: vec3<f32>,
}

@vertex
fn ground_vertex(in: Point) -> Varying {
    var out: Varying;
    out.clip = frame.clip_from_world * vec4(in.position, 1.0);
    let color = muted(lit(linear(in.color.rgb), vec3(0.0, 1.0, 0.0), 1.0));
    out.color = mix(color, frame.horizon.rgb, fog_at(in.position));
    return out;
}

@fragment
fn ground_fragment(in: Varying) -> @location(0) vec4<f32> {
    return vec4(in.color, 1.0);
}

struct Shade {
    @builtin(position) clip: vec4<f32>,
    @location(0) world: vec3<f32>,
}

// Passes only where a shadow was drawn into the depth buffer, a little above the ground.
@vertex
fn shade_vertex(@location(0) position: vec3<f32>, @location(1) color: vec4<f32>) -> Shade {
    var out: Shade;
    out.world = vec3(position.x, 0.10, position.z);
    out.clip = frame.clip_from_world * vec4(out.world, 1.0);
    return out;
}

@fragment
fn shade_fragment(in: Shade) -> @location(0) vec4<f32> {
    let dark = frame.toward.w * (1.0 - fog_at(in.world));
    return vec4(0.02, 0.03, 0.08, 1.0) * dark;
}

// Cells of an overlay, a quad each.
struct Cell {
    @location(0) position: vec3<f32>,
    @location(2) index: u32,
    @location(3) color: vec4<f32>,
}

struct CellVarying {
    @builtin(position) clip: vec4<f32>,
    @location(0) color: vec4<f32>,
}

@vertex
fn cell_vertex(in: Cell) -> CellVarying {
    let side = u32(frame.city.y);
    let at = vec2(f32(in.index % side), f32(in.index / side)) + 0.5 + 0.5 * vec2(in.position.x, -in.position.y);
    let world = vec3(at.x * frame.city.z, 0.07, at.y * frame.city.z);
    var out: CellVarying;
    out.clip = frame.clip_from_world * vec4(world, 1.0);
    // Colors of data stay readable at night.
    let bright = mix(0.85, 0.55, frame.light.w);
    out.color = vec4(linear(in.color.rgb) * bright, 1.0) * in.color.a * (1.0 - fog_at(world));
    return out;
}

@fragment
fn cell_fragment(in: CellVarying) -> @location(0) vec4<f32> {
    return in.color;
}
