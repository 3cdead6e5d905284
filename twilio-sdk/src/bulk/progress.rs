use std::collections::BTreeSet;

/// Which requests of a run have had their outcome: every one below a bound, and some above it.
///
/// It takes memory for the requests that came out of turn, which are no more than are under way at once.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serialize", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serialize", serde(deny_unknown_fields))]
pub struct Progress {
    below: u64,
    above: BTreeSet<u64>,
}

impl Progress {
    /// Whether the request at this place has had its outcome.
    pub fn contains(&self, index: u64) -> bool {
        index < self.below || self.above.contains(&index)
    }

    /// How many have.
    pub fn len(&self) -> u64 {
        // What was stored may have been changed since.
        self.below.saturating_add(self.above.len() as u64)
    }

    /// Whether none has.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Notes that the request at this place has had its outcome.
    pub(super) fn insert(&mut self, index: u64) {
        if index < self.below {
            return;
        }
        self.above.insert(index);
        while self.below < u64::MAX && self.above.remove(&self.below) {
            self.below += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn it_holds_what_was_put_in_and_nothing_else(order in proptest::collection::vec(0_u64..200, 0..300)) {
            let mut progress = Progress::default();
            let mut expected = std::collections::HashSet::new();
            for index in order {
                progress.insert(index);
                expected.insert(index);
            }
            prop_assert_eq!(progress.len(), expected.len() as u64);
            for index in 0..200 {
                prop_assert_eq!(progress.contains(index), expected.contains(&index));
            }
        }
    }

    #[test]
    fn it_keeps_little_while_requests_end_nearly_in_turn() {
        let mut progress = Progress::default();
        for block in 0..1000 {
            for index in (block * 32..(block + 1) * 32).rev() {
                progress.insert(index);
                assert!(progress.above.len() <= 32);
            }
        }
        assert_eq!(progress, Progress { below: 32_000, above: BTreeSet::new() });
    }

    #[test]
    fn what_was_changed_while_it_was_stored_does_no_harm() {
        let mut progress = Progress { below: u64::MAX, above: BTreeSet::from([1, u64::MAX]) };
        progress.insert(7);
        progress.insert(u64::MAX);
        assert_eq!(progress.len(), u64::MAX);
        assert!(progress.contains(0) && progress.contains(u64::MAX));
    }
}
