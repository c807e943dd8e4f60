//! Light by the hour: where sun and moon stand, what colour they have, how bright sky, ground, windows and lamps are.

use bevy::math::Vec3;

/// Light at an hour; colours are linear.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Light {
    /// Direction to what lights most: the sun by day, the moon by night.
    pub(super) toward: Vec3,
    /// Its colour.
    pub(super) color: Vec3,
    /// How dark its shadows are, 0 to 1.
    pub(super) shadow: f32,
    /// Direction to the sun, also below the horizon.
    pub(super) sun: Vec3,
    /// Direction to the moon.
    pub(super) moon: Vec3,
    /// Light from above.
    pub(super) sky: Vec3,
    /// Light from below.
    pub(super) ground: Vec3,
    /// Colour of the sky overhead.
    pub(super) zenith: Vec3,
    /// Colour of the sky at the horizon, and of fog.
    pub(super) horizon: Vec3,
    /// Colour around the sun.
    pub(super) halo: Vec3,
    /// How far it is night, 0 to 1.
    pub(super) night: f32,
    /// Share of windows that are lit.
    pub(super) windows: f32,
}

/// Hours of sunrise and sunset.
const DAY: (f32, f32) = (5.75, 20.25);

fn smooth(from: f32, to: f32, v: f32) -> f32 {
    let t = ((v - from) / (to - from)).clamp(0.0, 1.0);
    t * t * (3.0 - 2.0 * t)
}

/// Returns the light at an hour of the day.
#[must_use]
pub(super) fn light(hour: f32) -> Light {
    let hour = if hour.is_finite() {
        hour.rem_euclid(24.0)
    } else {
        12.0
    };
    let (rise, set) = DAY;
    let day = set - rise;
    // From 0 at sunrise to π at sunset, on to 2π at the next sunrise.
    let turn = if (rise..set).contains(&hour) {
        (hour - rise) / day
    } else {
        1.0 + (hour - set).rem_euclid(24.0) / (24.0 - day)
    };
    let angle = turn * std::f32::consts::PI;
    let sun = Vec3::new(angle.cos() * 0.86, angle.sin() * 0.92, 0.46).normalize();
    let moon = Vec3::new(-0.35, 0.72, 0.52).normalize();
    let high = sun.y;
    let is_day = smooth(-0.10, 0.16, high);
    let night = 1.0 - smooth(-0.16, 0.10, high);
    // Warm when low, white when high.
    let warm = 1.0 - smooth(0.05, 0.55, high);
    let dusk = (1.0 - (high / 0.28).abs()).clamp(0.0, 1.0);
    let sunlight =
        Vec3::new(1.0, 0.93, 0.82).lerp(Vec3::new(1.0, 0.55, 0.26), warm) * (1.12 * is_day);
    let moonlight = Vec3::new(0.20, 0.27, 0.46) * (0.55 * night);
    let by_day = high > -0.02;
    Light {
        toward: if by_day {
            sun.with_y(sun.y.max(0.10)).normalize()
        } else {
            moon
        },
        color: if by_day { sunlight } else { moonlight },
        shadow: if by_day {
            0.62 * smooth(0.0, 0.25, high)
        } else {
            0.22 * smooth(0.02, 0.2, -high)
        },
        sun,
        moon,
        sky: Vec3::new(0.33, 0.40, 0.54) * is_day
            + Vec3::new(0.075, 0.095, 0.19) * night
            + Vec3::new(0.17, 0.09, 0.10) * dusk,
        ground: Vec3::new(0.24, 0.21, 0.17) * is_day
            + Vec3::new(0.045, 0.05, 0.085) * night
            + Vec3::new(0.06, 0.035, 0.03) * dusk,
        zenith: Vec3::new(0.10, 0.28, 0.66).lerp(Vec3::new(0.006, 0.011, 0.040), night)
            + Vec3::new(0.05, 0.015, 0.05) * dusk,
        horizon: Vec3::new(0.56, 0.70, 0.84).lerp(Vec3::new(0.030, 0.042, 0.095), night)
            * (1.0 - Vec3::new(0.10, 0.42, 0.62) * dusk)
            + Vec3::new(0.34, 0.13, 0.03) * dusk * (1.0 - 0.6 * night),
        halo: Vec3::new(0.9, 0.62, 0.30) * (0.35 * is_day + 0.9 * dusk),
        night,
        windows: {
            let evening = smooth(16.5, 20.0, hour) * (1.0 - smooth(22.0, 25.0, hour));
            let late = if hour < 5.0 { 0.16 - 0.02 * hour } else { 0.0 };
            let morning = smooth(5.0, 6.5, hour) * (1.0 - smooth(7.5, 9.0, hour));
            (0.68 * evening + 0.35 * morning + late).clamp(0.0, 1.0)
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn noon_is_bright_and_midnight_is_dark() {
        assert!(light(12.0).night < 0.01 && light(0.0).night > 0.99);
        assert!(light(12.0).color.x > 5.0 * light(0.0).color.x);
        assert!(light(21.0).windows > light(12.0).windows);
    }

    #[test]
    fn light_comes_from_above_at_every_hour_and_survives_nonsense() {
        for h in 0..=240u16 {
            let l = light(f32::from(h) / 10.0);
            assert!(l.toward.y > 0.05 && l.toward.is_finite(), "{h}");
            assert!(
                l.horizon.min_element() >= 0.0 && (0.0..=1.0).contains(&l.shadow),
                "{h}"
            );
        }
        assert_eq!(light(f32::NAN), light(12.0));
    }
}
