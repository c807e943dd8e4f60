//! Faucets, wallets, treasury and sinks as one diagram.
//!
//! The ledger says how much flowed for each purpose, and what the treasury holds. What came to the treasury is what it
//! burned and what it has more; the rest of what was minted and not burned stayed in wallets.

use super::watch::PURPOSES;
use crate::desktop::panels::kit::sankey::Flow;
use crate::economy::ledger::Currency;
use crate::economy::purpose::{Direction, Purpose};
use crate::sim::units::Coins;

/// Returns the flows of a time: what flowed by purpose, and by how much the treasury grew.
pub(super) fn diagram(flowed: &[Coins; PURPOSES], treasury_growth: f64) -> Vec<Flow> {
    let amount = |p: Purpose| flowed.get(p as usize).map_or(0.0, |c| c.as_f64());
    let flow = |from: &str, to: &str, amount: f64| Flow {
        from: from.to_owned(),
        to: to.to_owned(),
        amount,
    };
    let mut flows = Vec::new();
    let (mut minted, mut spent) = (0.0, 0.0);
    for p in Purpose::ALL
        .iter()
        .filter(|p| p.currency() == Currency::Coins)
    {
        let name = readable(*p);
        match p.direction() {
            Direction::Faucet => {
                minted += amount(*p);
                flows.push(flow(&name, "wallets", amount(*p)));
            }
            Direction::Sink if *p == Purpose::Burn => {}
            Direction::Sink => {
                spent += amount(*p);
                flows.push(flow("wallets", &name, amount(*p)));
            }
            Direction::Transfer => {}
        }
    }
    let burned = amount(Purpose::Burn);
    let to_treasury = burned + treasury_growth;
    flows.push(flow("wallets", "treasury", to_treasury));
    flows.push(flow("treasury", "treasury burns", burned));
    flows.push(flow("treasury", "stays in treasury", treasury_growth));
    flows.push(flow("treasury savings", "treasury", -treasury_growth));
    let stays = minted - spent - to_treasury;
    flows.push(flow("wallets", "stays in wallets", stays));
    flows.push(flow("savings in wallets", "wallets", -stays));
    flows.retain(|f| f.amount > 0.0 && f.amount.is_finite());
    flows
}

/// Returns a purpose as people read it: without underscores.
pub(super) fn readable(purpose: Purpose) -> String {
    purpose.word().replace('_', " ")
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
        let mut flowed = [Coins::ZERO; PURPOSES];
        for (p, coins) in [
            (Purpose::Grant, 100),
            (Purpose::ItemSale, 30),
            (Purpose::Burn, 5),
            (Purpose::AssetSale, 40),
        ] {
            flowed[p as usize] = Coins::from_whole(coins);
        }
        for growth in [-3.0, 0.0, 20.0, 90.0] {
            let flows = diagram(&flowed, growth);
            for node in ["wallets", "treasury"] {
                let (to, from) = through(&flows, node);
                assert!((to - from).abs() < 1e-9, "{node} {growth}: {to} {from}");
            }
        }
        assert!(diagram(&[Coins::ZERO; PURPOSES], 0.0).is_empty());
    }
}
