//! Creatives: what the ads of a campaign say and show.
//!
//! All of it is the advertiser's and public: the platform may know it. Nothing is stored: a creative is a pure function of the
//! seed, the campaign, its topic and the creative's number, so that nobody's draws move when campaigns have more of them. Its
//! words are those of the campaign's topic and of one that it leans to; its picture mixes the looks of the two, with noise. How people
//! like it is another matter, see [`creative_taste`](crate::society::avatars::creative_taste).

use super::item::TOPIC_DIM;
use super::media::MODALITY_DIM;
use super::words::{draw, n_topics};
use crate::events::offer::AdFace;
use crate::sim::ids::CampaignId;
use crate::sim::rng::{Purpose, RngStream};

/// Weight of the campaign's topic in a creative, and of the one it leans to; the squares sum to one.
const MIXTURE: (f64, f64) = (0.8, 0.6);

/// Deviation of the noise on a feature of a picture, against a signal of deviation 1, as for items.
const NOISE: f64 = 0.35;

/// Words of a creative.
const N_WORDS: usize = 5;

/// Sets the streams of the looks of topics apart from those of creatives, which are told by campaigns.
const LOOKS: u64 = 1 << 40;

/// Sets the streams of words, of leaning and of noise of a creative apart.
const LEAN: u32 = 0;
const WORDS: u32 = 1;
const PICTURE: u32 = 2;

/// Features of a picture.
pub type Picture = [f64; MODALITY_DIM];

/// Names the streams of a creative of a campaign.
const fn key(campaign: CampaignId, number: u8) -> u64 {
    (campaign.0 as u64) << 3 | number as u64
}

/// Returns the topic that a creative leans to, of those that have words; the first leans to its campaign's own.
#[must_use]
pub fn lean(seed: u64, campaign: CampaignId, face: AdFace) -> u8 {
    if face.creative() == 0 {
        return face.topic();
    }
    let id = key(campaign, face.creative());
    RngStream::new(seed, Purpose::Creative, id, LEAN).below(n_topics()) as u8
}

/// Returns the words of a creative.
#[must_use]
pub fn words(seed: u64, campaign: CampaignId, face: AdFace) -> String {
    let mut topics = [0.0f32; TOPIC_DIM];
    topics[usize::from(face.topic())] = MIXTURE.0 as f32;
    // Added, so that a creative that leans to its campaign's topic has words of nothing else.
    topics[usize::from(lean(seed, campaign, face))] += MIXTURE.1 as f32;
    let id = key(campaign, face.creative());
    let mut rng = RngStream::new(seed, Purpose::Creative, id, WORDS);
    draw(&topics, N_WORDS, &mut rng).join(" ")
}

/// Returns the features of a creative's picture.
#[must_use]
pub fn picture(seed: u64, campaign: CampaignId, face: AdFace) -> Picture {
    let look = |topic: u8| -> Picture {
        let id = LOOKS | u64::from(topic);
        let mut rng = RngStream::new(seed, Purpose::Creative, id, PICTURE);
        std::array::from_fn(|_| rng.normal())
    };
    let (topic, lean) = (look(face.topic()), look(lean(seed, campaign, face)));
    let id = key(campaign, face.creative());
    let mut rng = RngStream::new(seed, Purpose::Creative, id, PICTURE);
    std::array::from_fn(|i| MIXTURE.0 * topic[i] + MIXTURE.1 * lean[i] + NOISE * rng.normal())
}

#[cfg(test)]
mod tests {
    use super::super::words::topic_name;
    use super::*;

    const C: CampaignId = CampaignId(7);

    #[test]
    fn creatives_of_a_campaign_differ_and_are_the_same_whenever_asked() {
        let face = |k| AdFace::new(3, k);
        for k in 0..8 {
            assert_eq!(words(1, C, face(k)), words(1, C, face(k)));
            assert_eq!(words(1, C, face(k)).split(' ').count(), N_WORDS);
            assert_eq!(picture(1, C, face(k)), picture(1, C, face(k)));
            assert!(!topic_name(usize::from(lean(1, C, face(k)))).starts_with("topic "));
        }
        assert_ne!(picture(1, C, face(1)), picture(1, C, face(2)));
        assert_ne!(picture(1, C, face(1)), picture(1, CampaignId(8), face(1)));
        assert_ne!(picture(1, C, face(1)), picture(2, C, face(1)));
        assert_eq!(lean(1, C, face(0)), 3);
    }
}
