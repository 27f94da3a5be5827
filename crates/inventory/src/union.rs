//! Sets of hosts that are one device.

use std::collections::BTreeMap;

use model::Host;

/// Hosts, joined step by step.
#[derive(Debug, Default)]
pub struct Union {
    index: BTreeMap<Host, usize>,
    parent: Vec<usize>,
}

impl Union {
    /// Makes sure that a host is in some set.
    pub fn add(&mut self, host: Host) -> usize {
        let next = self.parent.len();
        let index = *self.index.entry(host).or_insert(next);
        if index == next {
            self.parent.push(next);
        }
        index
    }

    /// Joins the sets of two hosts.
    pub fn join(&mut self, a: Host, b: Host) {
        let (a, b) = (self.add(a), self.add(b));
        let (a, b) = (self.root(a), self.root(b));
        if let Some(parent) = self.parent.get_mut(a.max(b)) {
            *parent = a.min(b);
        }
    }

    /// All sets, each sorted, in the order of their first host.
    pub fn sets(mut self) -> Vec<Vec<Host>> {
        let mut sets: BTreeMap<usize, Vec<Host>> = BTreeMap::new();
        let index = std::mem::take(&mut self.index);
        for (host, at) in index {
            sets.entry(self.root(at)).or_default().push(host);
        }
        let mut sets: Vec<Vec<Host>> = sets.into_values().collect();
        sets.sort();
        sets
    }

    /// The representative of a set; shortens the way there for the next time.
    fn root(&mut self, mut at: usize) -> usize {
        while let Some(&parent) = self.parent.get(at)
            && parent != at
        {
            let grand = self.parent.get(parent).copied().unwrap_or(parent);
            if let Some(slot) = self.parent.get_mut(at) {
                *slot = grand;
            }
            at = grand;
        }
        at
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::Mac;

    #[test]
    fn joins_in_any_order() {
        let host = |n| Host::Mac(Mac([0, 0, 0, 0, 0, n]));
        let mut union = Union::default();
        union.join(host(4), host(2));
        union.join(host(1), host(3));
        union.add(host(5));
        union.join(host(3), host(4));
        assert_eq!(union.sets(), [vec![host(1), host(2), host(3), host(4)], vec![host(5)]]);
    }
}
