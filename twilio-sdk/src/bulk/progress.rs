use std::collections::BTreeSet;

/// Tracks completed requests of a run: all below a low-water mark, plus a set above it.
///
/// Its memory is bounded by the number of requests in flight.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serialize", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serialize", serde(deny_unknown_fields))]
pub struct BulkProgress {
    below: u64,
    above: BTreeSet<u64>,
}

impl BulkProgress {
    /// Returns whether the request at this position has completed.
    pub fn contains(&self, index: u64) -> bool {
        index < self.below || self.above.contains(&index)
    }

    /// Returns the number of completed requests.
    pub fn len(&self) -> u64 {
        // A stored value may have been modified.
        self.below.saturating_add(self.above.len() as u64)
    }

    /// Returns whether no request has completed.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Marks the request at this position as completed.
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
        fn it_contains_exactly_what_was_inserted(order in proptest::collection::vec(0_u64..200, 0..300)) {
            let mut progress = BulkProgress::default();
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
    fn memory_is_bounded_while_requests_complete_nearly_in_order() {
        let mut progress = BulkProgress::default();
        for block in 0..1000 {
            for index in (block * 32..(block + 1) * 32).rev() {
                progress.insert(index);
                assert!(progress.above.len() <= 32);
            }
        }
        assert_eq!(progress, BulkProgress { below: 32_000, above: BTreeSet::new() });
    }

    #[test]
    fn modified_stored_values_do_not_overflow() {
        let mut progress = BulkProgress { below: u64::MAX, above: BTreeSet::from([1, u64::MAX]) };
        progress.insert(7);
        progress.insert(u64::MAX);
        assert_eq!(progress.len(), u64::MAX);
        assert!(progress.contains(0) && progress.contains(u64::MAX));
    }
}
