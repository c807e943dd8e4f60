// What all shaders of the city share: the frame's values, light, fog. Put before each of them.

struct Frame {
    clip_from_world: mat4x4<f32>,
    eye: vec4<f32>,      // where the eye is; w: metres a pixel covers at a distance of one metre
    right: vec4<f32>,    // the picture's right; w: tangent of half the horizontal angle of view
    up: vec4<f32>,       // the picture's up; w: tangent of half the vertical angle of view
    forward: vec4<f32>,  // where the eye looks; w: seconds since the start
    toward: vec4<f32>,   // to what lights most; w: how dark its shadows are
    light: vec4<f32>,    // its color; w: how far it is night
    sky: vec4<f32>,      // light from above; w: share of windows that are lit
    ground: vec4<f32>,   // light from below; w: how far colors are muted
    zenith: vec4<f32>,   // color of the sky overhead; w: share of the tick
    horizon: vec4<f32>,  // color of the sky at the horizon and of fog; w: fog per metre
    halo: vec4<f32>,     // color around the sun; w: strength of lamps
    sun: vec4<f32>,      // to the sun; w: metres that positions of avatars span
    moon: vec4<f32>,     // to the moon; w: metres they reach beyond the map
    city: vec4<f32>,     // x: metres along the map's side; y: parcels along it; z: metres of a parcel
}

@group(0) @binding(0) var<uniform> frame: Frame;

fn linear(c: vec3<f32>) -> vec3<f32> {
    return c * (c * (c * 0.305306 + 0.682171) + 0.012523);
}

fn lit(albedo: vec3<f32>, n: vec3<f32>, open: f32) -> vec3<f32> {
    let sun = max(dot(n, frame.toward.xyz), 0.0);
    let around = mix(frame.ground.rgb, frame.sky.rgb, 0.5 * n.y + 0.5);
    return albedo * (frame.light.rgb * sun + around * open);
}

fn muted(c: vec3<f32>) -> vec3<f32> {
    let gray = dot(c, vec3(0.30, 0.55, 0.15));
    return mix(c, vec3(0.045, 0.05, 0.06) + vec3(0.44, 0.45, 0.48) * gray, frame.ground.w);
}

fn fog_at(world: vec3<f32>) -> f32 {
    let d = distance(world, frame.eye.xyz) * frame.horizon.w;
    return 1.0 - exp(-d * d);
}

fn hash(a: u32) -> f32 {
    var h = a * 747796405u + 2891336453u;
    h = ((h >> ((h >> 28u) + 4u)) ^ h) * 277803737u;
    return f32(((h >> 22u) ^ h) & 0xFFFFu) / 65535.0;
}
