//! What is to be probed, and how: all that a dialect is told.

use std::sync::Arc;
use std::time::Duration;

use clap::ValueEnum;
use fourfold::http::{ExchangeMethod, ExchangeOptions, Url};

/// How many characters of a lane's name are kept.
const LONGEST_NAME: usize = 60;

/// One thing to probe: the name the user knows it by, and where it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Target {
    /// As the user wrote it; this is what the reports show.
    pub(crate) site: Arc<str>,
    /// Where it is.
    pub(crate) url: Url,
}

/// The method a probe asks with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
#[value(rename_all = "UPPER")]
pub(crate) enum Method {
    /// Headers only.
    Head,
    /// Headers and body.
    Get,
}

/// How one exchange with a host is made.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ExchangePlan {
    /// The method to ask with.
    pub(crate) method: Method,
    /// Whether to offer HTTP/2 where there is TLS to agree on it.
    pub(crate) http2: bool,
    /// Whether to accept certificates that cannot be verified.
    pub(crate) insecure: bool,
}

impl ExchangePlan {
    /// The same in the words of the HTTP client.
    pub(crate) fn options(self) -> ExchangeOptions {
        let method = match self.method {
            Method::Head => ExchangeMethod::Head,
            Method::Get => ExchangeMethod::Get,
        };
        let ExchangePlan { http2, insecure, .. } = self;
        ExchangeOptions { method, http2, insecure, ..ExchangeOptions::default() }
    }
}

/// Everything a dialect needs to know. The targets of a lane run one after another, the lanes at
/// the same time.
#[derive(Clone, Debug)]
pub(crate) struct Plan {
    /// The lanes, none of them empty.
    pub(crate) lanes: Vec<Vec<Target>>,
    /// How many times each lane is walked from its first target to its last; at least 1.
    pub(crate) count: u32,
    /// The pause of a lane between two walks.
    pub(crate) interval: Duration,
    /// How long one probe may take in all.
    pub(crate) timeout: Duration,
    /// How many probes may be in flight at the same moment; at least 1.
    pub(crate) concurrency: usize,
    /// How each exchange is made.
    pub(crate) exchange: ExchangePlan,
}

impl Plan {
    /// What the task of a lane is called: its number, from 1, and its sites.
    pub(crate) fn lane_name(&self, lane: usize) -> String {
        let sites = self.lanes[lane].iter().map(|target| &*target.site).collect::<Vec<_>>();
        let mut name = format!("lane {}: {}", lane + 1, sites.join(", "));
        if let Some((end, _)) = name.char_indices().nth(LONGEST_NAME) {
            name.truncate(end);
            name.push_str("...");
        }
        name
    }

    /// How many sites there are in all lanes together.
    pub(crate) fn sites(&self) -> usize {
        self.lanes.iter().map(Vec::len).sum()
    }

    /// How many probes a complete run makes.
    pub(crate) fn probes(&self) -> u64 {
        self.sites() as u64 * u64::from(self.count)
    }
}
