//! What `agora selftest` accepts.

use clap::{Args, Subcommand};

use crate::cli::args::threads;

/// `agora selftest`.
#[derive(Debug, Args)]
pub(in crate::cli) struct SelftestArgs {
    /// Which proof.
    #[command(subcommand)]
    pub(in crate::cli) proof: Proof,
    /// Prints JSON.
    #[arg(long, global = true)]
    pub(in crate::cli) json: bool,
}

/// The proofs of `agora selftest`.
#[derive(Debug, Subcommand)]
pub(in crate::cli) enum Proof {
    /// Runs seeds on several thread counts in lockstep and compares every state hash.
    Determinism {
        /// How many seeds, from 1.
        #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..))]
        seeds: u32,
        /// Ticks of each.
        #[arg(long, default_value_t = 200, value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
        ticks: u32,
        /// Thread counts compared with one thread.
        #[arg(long, value_delimiter = ',', default_values_t = [2, 4, 8], value_parser = threads)]
        threads: Vec<usize>,
    },
    /// Kills runs at random moments and checks that no finished day is lost and no file is half written.
    Kills {
        /// How many kills.
        #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(u32).range(1..))]
        n: u32,
        /// Seed of the moments.
        #[arg(long, default_value_t = 1)]
        seed: u64,
    },
    /// Kills runs at random moments, resumes them and compares every file with that of a run that was left alone.
    Resume {
        /// How many kills.
        #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(u32).range(1..))]
        kills: u32,
        /// Seed of the moments.
        #[arg(long, default_value_t = 1)]
        seed: u64,
    },
    /// Drops cities between two ticks, loads them from their checkpoints, and compares every state hash.
    Drops {
        /// How many cities, each with another model.
        #[arg(long, default_value_t = 15, value_parser = clap::value_parser!(u32).range(1..))]
        seeds: u32,
        /// Ticks of each.
        #[arg(long, default_value_t = 500, value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
        ticks: u32,
        /// How often each is dropped.
        #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..))]
        drops: u32,
    },
    /// Damages a checkpoint and a log at random places and checks that each time an error says so.
    Damage {
        /// How many places.
        #[arg(long, default_value_t = 1_000, value_parser = clap::value_parser!(u32).range(1..))]
        places: u32,
        /// Seed of the places.
        #[arg(long, default_value_t = 1)]
        seed: u64,
    },
    /// Moves money at random and checks the books after every transfer, and every account now and then.
    Ledger {
        /// How many transfers.
        #[arg(long, default_value_t = 10_000_000, value_parser = clap::value_parser!(u64).range(1..))]
        transfers: u64,
        /// Wallets they are between.
        #[arg(long, default_value_t = 100_000, value_parser = clap::value_parser!(u32).range(1..=10_000_000))]
        wallets: u32,
        /// Seed of the transfers.
        #[arg(long, default_value_t = 1)]
        seed: u64,
    },
    /// Damages a recording at random places: each time it says what is wrong, and what can still be read is right.
    Recording {
        /// At how many places.
        #[arg(long, default_value_t = 1_000, value_parser = clap::value_parser!(u32).range(1..))]
        places: u32,
        /// Seed of the places.
        #[arg(long, default_value_t = 1)]
        seed: u64,
    },
    /// Forges recordings: every checksum is right, and messages say what no city ever did; readers answer, and do not panic.
    Forged {
        /// How many.
        #[arg(long, default_value_t = 10_000, value_parser = clap::value_parser!(u32).range(1..))]
        n: u32,
        /// Seed of the forgeries.
        #[arg(long, default_value_t = 1)]
        seed: u64,
    },
    /// Reads texts as scenarios, from noise to one damaged byte: an answer or an error of one line, no panic.
    Texts {
        /// How many.
        #[arg(long, default_value_t = 10_000, value_parser = clap::value_parser!(u32).range(1..))]
        n: u32,
        /// Seed of the texts.
        #[arg(long, default_value_t = 1)]
        seed: u64,
    },
    /// Records every shipped city, made small, at every level, and compares what is read with what happened.
    Roundtrip {
        /// Simulated hours of each.
        #[arg(long, default_value_t = 26, value_parser = clap::value_parser!(u32).range(1..=8_760))]
        hours: u32,
    },
    /// Prints the chained state hash of a small city, to be compared across builds and machines.
    Golden,
}
