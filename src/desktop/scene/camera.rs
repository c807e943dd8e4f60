//! The camera: orbits a point on the ground, pans, zooms to the pointer, follows, flies, and never leaves the city.
//!
//! Pure arithmetic on deltas; keys and mice are the shell's. Angles are in radians, lengths in metres, places on the screen
//! in physical pixels from the window's top left.

use bevy::math::{Mat4, Vec2, Vec3, Vec4};
use serde::{Deserialize, Serialize};

use crate::desktop::view::place::Ground;
use crate::sim::ids::AvatarId;

/// Vertical angle of view.
const FIELD: f32 = 0.72;

/// Distance of the nearest plane.
const NEAR: f32 = 0.2;

/// Flattest and steepest angle of looking down.
const PITCH: (f32, f32) = (0.06, 1.55);

/// Nearest the camera gets to what it looks at.
const NEAREST: f32 = 4.0;

/// Height above the ground of what the camera looks at.
const EYE_LEVEL: f32 = 1.0;

/// Share of the remaining way that is left after a second of flying.
const REMAINS: f32 = 0.012;

/// The part of the window the city is drawn in.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Pane {
    /// Left edge.
    pub left: f32,
    /// Top edge.
    pub top: f32,
    /// Width.
    pub width: f32,
    /// Height.
    pub height: f32,
}

impl Pane {
    /// Returns width over height; 1 for an empty pane.
    #[must_use]
    pub fn aspect(self) -> f32 {
        if self.is_empty() {
            1.0
        } else {
            self.width / self.height
        }
    }

    /// Says whether nothing can be drawn in it.
    #[must_use]
    pub fn is_empty(self) -> bool {
        !(self.width >= 1.0 && self.height >= 1.0)
    }

    /// Says whether a place lies in it.
    #[must_use]
    pub fn contains(self, [x, y]: [f32; 2]) -> bool {
        let (dx, dy) = (x - self.left, y - self.top);
        dx >= 0.0 && dy >= 0.0 && dx < self.width && dy < self.height
    }
}

/// Where a camera is: enough to come back to.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Pose {
    /// Point on the ground in the middle of the picture.
    pub target: Ground,
    /// Turn about the vertical; 0 looks north.
    pub yaw: f32,
    /// How far down it looks.
    pub pitch: f32,
    /// Distance to the target.
    pub distance: f32,
}

/// The camera.
#[derive(Debug, Clone, PartialEq)]
pub struct CameraRig {
    /// Where it is.
    pub pose: Pose,
    /// Where it flies to, if it does.
    goal: Option<Pose>,
    follows: Option<AvatarId>,
    extent: f32,
}

impl Default for CameraRig {
    fn default() -> Self {
        Self::over(640.0)
    }
}

impl CameraRig {
    /// Makes a camera that sees a whole city of this many metres a side.
    #[must_use]
    pub fn over(extent: f32) -> Self {
        let extent = if extent.is_finite() {
            extent.max(10.0)
        } else {
            640.0
        };
        Self {
            pose: Pose {
                target: [0.5 * extent, 0.53 * extent],
                yaw: 0.55,
                pitch: 0.62,
                distance: 1.12 * extent,
            },
            goal: None,
            follows: None,
            extent,
        }
    }

    /// Takes over the size of another city and looks at all of it.
    pub fn reset(&mut self, extent: f32) {
        *self = Self::over(extent);
    }

    /// Turns around the target; ends flying.
    pub fn orbit(&mut self, yaw: f32, pitch: f32) {
        self.goal = None;
        self.pose.yaw = (self.pose.yaw + yaw).rem_euclid(std::f32::consts::TAU);
        self.pose.pitch += pitch;
        self.clamp();
    }

    /// Drags the ground from one place of the screen to another; ends flying and following.
    pub fn pan(&mut self, pane: Pane, from: [f32; 2], to: [f32; 2]) {
        self.goal = None;
        self.follows = None;
        if let (Some(a), Some(b)) = (self.ground(pane, from), self.ground(pane, to)) {
            // Near the horizon a pixel is kilometres; nobody means to go that far.
            let most = self.pose.distance;
            let d = Vec2::new(a[0] - b[0], a[1] - b[1]).clamp_length_max(most);
            self.pose.target[0] += d.x;
            self.pose.target[1] += d.y;
        }
        self.clamp();
    }

    /// Moves over the ground, in shares of the distance: right and forward as seen; ends flying and following.
    pub fn slide(&mut self, right: f32, forward: f32) {
        self.goal = None;
        self.follows = None;
        let (sin, cos) = self.pose.yaw.sin_cos();
        let step = self.pose.distance;
        self.pose.target[0] += step * (right * cos + forward * sin);
        self.pose.target[1] += step * (right * sin - forward * cos);
        self.clamp();
    }

    /// Multiplies the distance; the ground under `at` stays where it is unless the camera follows somebody.
    pub fn zoom(&mut self, factor: f32, pane: Pane, at: [f32; 2]) {
        if !(factor.is_finite() && factor > 0.0) {
            return;
        }
        self.goal = None;
        let before = self.ground(pane, at);
        self.pose.distance *= factor;
        self.clamp();
        let after = self.ground(pane, at);
        if let (Some(a), Some(b), None) = (before, after, self.follows) {
            let d = Vec2::new(a[0] - b[0], a[1] - b[1]).clamp_length_max(self.pose.distance);
            self.pose.target[0] += d.x;
            self.pose.target[1] += d.y;
            self.clamp();
        }
    }

    /// Keeps somebody in the middle from now on.
    pub fn follow(&mut self, id: AvatarId) {
        self.follows = Some(id);
        if self.pose.distance > 60.0 {
            self.goal = Some(Pose {
                distance: 34.0,
                pitch: 0.5,
                ..self.pose
            });
        }
    }

    /// Keeps somebody in the middle from now on, seen as from a pose.
    pub fn follow_as(&mut self, id: AvatarId, pose: Pose) {
        self.go_to(pose);
        self.follows = Some(id);
    }

    /// Lets go of whom it follows.
    pub fn unfollow(&mut self) {
        self.follows = None;
    }

    /// Returns whom it follows.
    #[must_use]
    pub fn followed(&self) -> Option<AvatarId> {
        self.follows
    }

    /// Flies to a point, no farther away than `distance`.
    pub fn fly_to(&mut self, target: Ground, distance: f32) {
        self.follows = None;
        self.goal = Some(Pose {
            target,
            distance: distance.min(self.pose.distance),
            pitch: self.pose.pitch.clamp(0.4, 0.9),
            yaw: self.pose.yaw,
        });
    }

    /// Flies to where it once was.
    pub fn go_to(&mut self, pose: Pose) {
        self.follows = None;
        let all = [
            pose.target[0],
            pose.target[1],
            pose.yaw,
            pose.pitch,
            pose.distance,
        ];
        if all.iter().all(|v| v.is_finite()) {
            self.goal = Some(pose);
        }
    }

    /// Lets `seconds` pass: flies on, and stays with whom it follows, who is at `followed`. Says whether it moved.
    pub fn step(&mut self, seconds: f32, followed: Option<Ground>) -> bool {
        let before = self.pose;
        let share = 1.0 - REMAINS.powf(seconds.clamp(0.0, 0.5));
        if let Some(mut goal) = self.goal {
            if self.follows.is_some() {
                goal.target = followed.unwrap_or(self.pose.target);
            }
            let p = &mut self.pose;
            let mix = |a: f32, b: f32| a + share * (b - a);
            p.target = [
                mix(p.target[0], goal.target[0]),
                mix(p.target[1], goal.target[1]),
            ];
            // Distances are felt in proportion.
            p.distance = mix(p.distance.ln(), goal.distance.max(NEAREST).ln()).exp();
            p.pitch = mix(p.pitch, goal.pitch);
            let turn = (goal.yaw - p.yaw + std::f32::consts::PI).rem_euclid(std::f32::consts::TAU)
                - std::f32::consts::PI;
            p.yaw += share * turn;
            let left = (p.target[0] - goal.target[0]).hypot(p.target[1] - goal.target[1]);
            if left < 0.01 * p.distance
                && (p.distance / goal.distance.max(NEAREST)).ln().abs() < 0.01
                && turn.abs() < 0.01
            {
                self.goal = None;
            }
        } else if let (Some(at), Some(_)) = (followed, self.follows) {
            let share = 1.0 - REMAINS.powi(2).powf(seconds.clamp(0.0, 0.5));
            for (t, a) in self.pose.target.iter_mut().zip(at) {
                *t += share * (a - *t);
            }
        }
        self.clamp();
        before != self.pose
    }

    fn clamp(&mut self) {
        let e = self.extent;
        let p = &mut self.pose;
        let inside = |v: f32| {
            if v.is_finite() {
                v.clamp(-0.1 * e, 1.1 * e)
            } else {
                0.5 * e
            }
        };
        p.target = [inside(p.target[0]), inside(p.target[1])];
        p.pitch = if p.pitch.is_finite() {
            p.pitch.clamp(PITCH.0, PITCH.1)
        } else {
            0.6
        };
        p.distance = if p.distance.is_finite() {
            p.distance.clamp(NEAREST, 2.2 * e.max(40.0))
        } else {
            e
        };
        if !p.yaw.is_finite() {
            p.yaw = 0.0;
        }
    }

    /// Returns the direction it looks in.
    #[must_use]
    pub fn forward(&self) -> Vec3 {
        let (sy, cy) = self.pose.yaw.sin_cos();
        let (sp, cp) = self.pose.pitch.sin_cos();
        Vec3::new(sy * cp, -sp, -cy * cp)
    }

    /// Returns the directions of the picture's right and up.
    #[must_use]
    pub fn right_up(&self) -> (Vec3, Vec3) {
        let (sy, cy) = self.pose.yaw.sin_cos();
        let right = Vec3::new(cy, 0.0, sy);
        (right, right.cross(self.forward()))
    }

    /// Returns where its eye is.
    #[must_use]
    pub fn eye(&self) -> Vec3 {
        let t = self.pose.target;
        let target = Vec3::new(t[0], EYE_LEVEL, t[1]);
        let eye = target - self.pose.distance * self.forward();
        eye.max(Vec3::new(f32::MIN, 0.6, f32::MIN))
    }

    /// Returns the tangent of half the vertical angle of view.
    #[must_use]
    pub fn tangent(&self) -> f32 {
        (0.5 * FIELD).tan()
    }

    /// Returns the matrix from the world to the picture; depth is 1 at the nearest plane and 0 far away.
    #[must_use]
    pub fn view_from_world(&self, aspect: f32) -> Mat4 {
        let (right, up) = self.right_up();
        let back = -self.forward();
        let eye = self.eye();
        let row = |v: Vec3| Vec4::new(v.x, v.y, v.z, -v.dot(eye));
        let view = Mat4::from_cols(row(right), row(up), row(back), Vec4::W).transpose();
        let f = 1.0 / self.tangent();
        let aspect = if aspect.is_finite() && aspect > 0.0 {
            aspect
        } else {
            1.0
        };
        let clip = Mat4::from_cols(
            Vec4::new(f / aspect, 0.0, 0.0, 0.0),
            Vec4::new(0.0, f, 0.0, 0.0),
            Vec4::new(0.0, 0.0, 0.0, -1.0),
            Vec4::new(0.0, 0.0, NEAR, 0.0),
        );
        clip * view
    }

    /// Returns where a point is on the screen, and its distance along the line of sight; `None` behind the camera.
    #[must_use]
    pub fn project_deep(&self, pane: Pane, point: Vec3) -> Option<([f32; 2], f32)> {
        let p = self.view_from_world(pane.aspect()) * point.extend(1.0);
        if p.w < NEAR || pane.is_empty() {
            return None;
        }
        let x = pane.left + (0.5 + 0.5 * p.x / p.w) * pane.width;
        let y = pane.top + (0.5 - 0.5 * p.y / p.w) * pane.height;
        Some(([x, y], p.w))
    }

    /// Returns where a point is on the screen; `None` behind the camera.
    #[must_use]
    pub fn project(&self, pane: Pane, point: Vec3) -> Option<[f32; 2]> {
        self.project_deep(pane, point).map(|p| p.0)
    }

    /// Returns the line of sight through a place of the screen: where it begins, and its direction.
    #[must_use]
    pub fn ray(&self, pane: Pane, at: [f32; 2]) -> (Vec3, Vec3) {
        let (right, up) = self.right_up();
        let x = (at[0] - pane.left) / pane.width.max(1.0) * 2.0 - 1.0;
        let y = 1.0 - (at[1] - pane.top) / pane.height.max(1.0) * 2.0;
        let t = self.tangent();
        let d = self.forward() + right * (x * t * pane.aspect()) + up * (y * t);
        (self.eye(), d.normalize_or(self.forward()))
    }

    /// Returns the ground under a place of the screen; `None` at and above the horizon.
    #[must_use]
    pub fn ground(&self, pane: Pane, at: [f32; 2]) -> Option<Ground> {
        let (o, d) = self.ray(pane, at);
        if d.y > -1e-3 {
            return None;
        }
        let t = -o.y / d.y;
        Some([o.x + t * d.x, o.z + t * d.z])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PANE: Pane = Pane {
        left: 100.0,
        top: 50.0,
        width: 800.0,
        height: 600.0,
    };

    #[test]
    fn the_target_is_in_the_middle_of_the_pane_and_rays_come_back_to_where_they_were_projected() {
        let rig = CameraRig::over(640.0);
        let t = rig.pose.target;
        let p = rig.project(PANE, Vec3::new(t[0], EYE_LEVEL, t[1])).unwrap();
        assert!(
            (p[0] - 500.0).abs() < 0.1 && (p[1] - 350.0).abs() < 0.1,
            "{p:?}"
        );
        let point = Vec3::new(200.0, 0.0, 410.0);
        let at = rig.project(PANE, point).unwrap();
        let g = rig.ground(PANE, at).unwrap();
        assert!(
            (g[0] - 200.0).abs() < 0.2 && (g[1] - 410.0).abs() < 0.2,
            "{g:?}"
        );
    }

    #[test]
    fn what_lies_behind_has_no_place_on_the_screen() {
        let rig = CameraRig::over(640.0);
        let behind = rig.eye() - 10.0 * rig.forward();
        assert_eq!(rig.project(PANE, behind), None);
    }

    #[test]
    fn dragging_the_ground_keeps_it_under_the_pointer() {
        let mut rig = CameraRig::over(640.0);
        rig.pose.distance = 100.0;
        let (from, to) = ([400.0, 400.0], [520.0, 380.0]);
        let grabbed = rig.ground(PANE, from).unwrap();
        rig.pan(PANE, from, to);
        let there = rig.ground(PANE, to).unwrap();
        assert!((grabbed[0] - there[0]).abs() < 0.1 && (grabbed[1] - there[1]).abs() < 0.1);
    }

    #[test]
    fn zooming_keeps_the_ground_under_the_pointer() {
        let mut rig = CameraRig::over(640.0);
        let at = [300.0, 500.0];
        let before = rig.ground(PANE, at).unwrap();
        rig.zoom(0.5, PANE, at);
        let after = rig.ground(PANE, at).unwrap();
        assert!((before[0] - after[0]).abs() < 0.5 && (before[1] - after[1]).abs() < 0.5);
    }

    #[test]
    fn it_stays_in_the_city_and_above_the_ground_whatever_is_asked() {
        let mut rig = CameraRig::over(640.0);
        for _ in 0..100 {
            rig.slide(3.0, 3.0);
            rig.orbit(1.0, -1.0);
            rig.zoom(f32::NAN, PANE, [0.0, 0.0]);
            rig.zoom(10.0, Pane::default(), [0.0, 0.0]);
        }
        assert!(rig.pose.target.iter().all(|v| (-64.0..=704.0).contains(v)));
        assert!(rig.eye().y >= 0.6 && rig.pose.distance <= 2.2 * 640.0);
        rig.zoom(1e-9, PANE, [500.0, 350.0]);
        assert_eq!(rig.pose.distance, NEAREST);
    }

    #[test]
    fn flying_arrives_and_following_stays_with_whom_it_follows() {
        let mut rig = CameraRig::over(640.0);
        rig.fly_to([100.0, 120.0], 50.0);
        for _ in 0..200 {
            rig.step(0.05, None);
        }
        assert!((rig.pose.target[0] - 100.0).abs() < 1.0 && (rig.pose.distance - 50.0).abs() < 1.0);
        rig.follow(AvatarId(3));
        for _ in 0..200 {
            rig.step(0.05, Some([300.0, 310.0]));
        }
        assert!(
            (rig.pose.target[0] - 300.0).abs() < 0.1 && (rig.pose.target[1] - 310.0).abs() < 0.1
        );
        rig.slide(0.1, 0.0);
        assert_eq!(rig.followed(), None);
    }
}
