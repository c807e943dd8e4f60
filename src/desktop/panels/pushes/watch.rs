//! Pushes by hour and by day, while the city runs.

use crate::desktop::view::sight::City;
use crate::events::behavior::EventKind;
use crate::events::bus::{EventBus, OfferBus};
use crate::platform::engage::push::local_hour;
use crate::society::avatars::profile::Profiles;

/// Pushes of a day.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct PushDay {
    /// Which day.
    pub day: u32,
    /// Pushes sent.
    pub sent: u64,
    /// Pushes opened.
    pub opened: u64,
    /// Avatars that switched pushes off.
    pub opt_outs: u64,
}

/// What the panel collects.
#[derive(Debug, Default)]
pub struct PushesWatch {
    /// Finished days, oldest first.
    pub(super) days: Vec<PushDay>,
    /// The day that runs.
    pub(super) today: PushDay,
    /// Pushes sent by the hour of the day of whom they were sent to.
    pub(super) by_hour: [u64; 24],
}

impl PushesWatch {
    /// Collects after the tick that has just run.
    pub(super) fn collect(&mut self, city: &City<'_>) {
        let Some(ran) = city.ran() else { return };
        let now = city.now();
        if ran.day() != self.today.day {
            self.today = PushDay {
                day: ran.day(),
                ..PushDay::default()
            };
        }
        let profiles = city.get::<Profiles>().table.rows();
        for push in &city.get::<OfferBus>().pushes {
            self.today.sent += 1;
            if let Some(profile) = profiles.get(push.avatar.idx()) {
                let hour = local_hour(push.tick, profile.timezone);
                self.by_hour[hour as usize % 24] += 1;
            }
        }
        for e in &city.get::<EventBus>().current {
            match e.kind {
                EventKind::PushOpen => self.today.opened += 1,
                EventKind::PushOptOut => self.today.opt_outs += 1,
                _ => {}
            }
        }
        if now.minute_of_day() == 0 {
            self.days.push(self.today);
        }
    }
}
