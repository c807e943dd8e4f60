//! Pushes by hour and opt-outs by day, while the city runs.

use crate::desktop::view::push_days::PushDays;
use crate::desktop::view::sight::City;
use crate::events::bus::OfferBus;
use crate::platform::engage::push::local_hour;
use crate::society::avatars::profile::Profiles;

/// What the panel collects.
#[derive(Debug, Default)]
pub struct PushesWatch {
    /// Opt-outs by day.
    pub(super) days: PushDays,
    /// Pushes sent by the hour of the day of whom they were sent to.
    pub(super) by_hour: [u64; 24],
}

impl PushesWatch {
    /// Collects after the tick that has just run.
    pub(super) fn collect(&mut self, city: &City<'_>) {
        let Some(ran) = city.ran() else { return };
        self.days.collect(ran, city.get());
        let profiles = city.get::<Profiles>().table.rows();
        for push in &city.get::<OfferBus>().pushes {
            if let Some(profile) = profiles.get(push.avatar.idx()) {
                let hour = local_hour(push.tick, profile.timezone);
                self.by_hour[hour as usize % 24] += 1;
            }
        }
    }
}
