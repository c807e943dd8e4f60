//! Faucets, wallets, treasury and sinks as one diagram, from the graph of flows that the ledger fills.

use crate::desktop::panels::kit::sankey::Flow;
use crate::economy::flows::{DayFlows, Holdings};
use crate::economy::purpose::Purpose;
use crate::sim::units::Coins;

/// Returns the flows of a time: what flowed by purpose, by how much the treasury grew, and what was held at first.
///
/// What was held at the end follows: supply grew by what was minted and not burned.
pub(super) fn over(
    day: u32,
    before: Holdings,
    treasury_growth: Coins,
    flowed: impl Fn(Purpose) -> Coins,
) -> DayFlows {
    let mut day = DayFlows::new(day, before, before, flowed);
    day.after = Holdings {
        supply: before.supply + day.minted() - day.burned(),
        treasury: before.treasury + treasury_growth,
    };
    day
}

/// Returns the diagram of a time.
pub(super) fn diagram(flows: &DayFlows) -> Vec<Flow> {
    let readable = |word: &str| word.replace('_', " ");
    let rows = flows.sankey().into_iter();
    rows.map(|r| Flow {
        from: readable(&r.from),
        to: readable(&r.to),
        amount: r.amount.as_f64(),
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn through(flows: &[Flow], node: &str) -> (f64, f64) {
        let sum = |by: &dyn Fn(&Flow) -> bool| -> f64 {
            flows.iter().filter(|f| by(f)).map(|f| f.amount).sum()
        };
        (sum(&|f| f.to == node), sum(&|f| f.from == node))
    }

    #[test]
    fn what_flows_in_flows_out_of_wallets_and_treasury() {
        let flowed = |p| match p {
            Purpose::Grant => Coins::from_whole(100),
            Purpose::ItemSale => Coins::from_whole(30),
            Purpose::Burn => Coins::from_whole(5),
            Purpose::AssetSale => Coins::from_whole(40),
            _ => Coins::ZERO,
        };
        let held = Holdings {
            supply: Coins::from_whole(500),
            treasury: Coins::from_whole(9),
        };
        for growth in [-3, 0, 20, 90] {
            let day = over(0, held, Coins::from_whole(growth), flowed);
            assert!(day.is_balanced());
            let flows = diagram(&day);
            for node in ["wallets", "treasury"] {
                let (to, from) = through(&flows, node);
                assert!((to - from).abs() < 1e-9, "{node} {growth}: {to} {from}");
            }
            assert!(flows.iter().any(|f| f.to == "item sale"));
        }
        let none = over(0, Holdings::default(), Coins::ZERO, |_| Coins::ZERO);
        assert!(diagram(&none).is_empty());
    }
}
