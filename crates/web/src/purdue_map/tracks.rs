//! Tracks: at which height each line turns in the channel between two rows, so that no two lie on each other.

use super::routes::{PORT, Way};

/// Distance between two tracks in a channel.
const TRACK: f32 = 9.0;
/// Space above the first track and below the last.
const EDGE: f32 = 16.0;

/// Gives every turning line of a channel its track; the height of the channel comes back.
pub(super) fn lay_tracks(channel: usize, ways: &mut [Way]) -> f32 {
    let mut turns: Vec<Turn> = Vec::new();
    let mut passes = false;
    for (link, way) in ways.iter().enumerate() {
        let Some(crossing) = channel.checked_sub(way.row).and_then(|step| way.crossings.get(step)) else {
            continue;
        };
        passes = true;
        if (crossing.from - crossing.to).abs() >= 1.0 || way.returns {
            turns.push(Turn { link, from: crossing.from, to: crossing.to, returns: way.returns });
        }
    }
    turns.sort_by(|x, y| {
        x.order().partial_cmp(&y.order()).unwrap_or(std::cmp::Ordering::Equal).then(x.link.cmp(&y.link))
    });
    let mut tracks: Vec<Vec<(f32, f32)>> = Vec::new();
    let mut track_of: Vec<Option<usize>> = vec![None; turns.len()];
    for _ in 0..turns.len() {
        let waits = |index: usize, track_of: &[Option<usize>]| {
            (0..turns.len()).any(|other| {
                track_of[other].is_none() && other != index && turns[other].must_be_above(&turns[index])
            })
        };
        let open = (0..turns.len()).filter(|&index| track_of[index].is_none());
        let next = open.clone().find(|&index| !waits(index, &track_of)).or_else(|| open.clone().next());
        let Some(next) = next else { break };
        let turn = &turns[next];
        let above = (0..turns.len())
            .filter(|&other| turns[other].must_be_above(turn))
            .filter_map(|other| track_of[other]);
        let lowest = above.max().map_or(0, |track| track + 1);
        let (left, right) = (turn.from.min(turn.to) - PORT / 2.0, turn.from.max(turn.to) + PORT / 2.0);
        let free = |track: &Vec<(f32, f32)>| track.iter().all(|&(l, r)| right < l || r < left);
        let track =
            (lowest..tracks.len()).find(|&track| free(&tracks[track])).unwrap_or(tracks.len().max(lowest));
        while tracks.len() <= track {
            tracks.push(Vec::new());
        }
        tracks[track].push((left, right));
        track_of[next] = Some(track);
    }
    for (turn, track) in turns.iter().zip(&track_of) {
        if let Some(crossing) = ways[turn.link].crossings.get_mut(channel - ways[turn.link].row) {
            crossing.depth = EDGE + TRACK * track.unwrap_or(0) as f32;
        }
    }
    match (tracks.len(), passes) {
        (0, false) => 0.0,
        (0, true) => 2.0 * EDGE,
        (count, _) => 2.0 * EDGE + TRACK * (count - 1) as f32,
    }
}

/// A line that changes its place in a channel.
struct Turn {
    link: usize,
    from: f32,
    to: f32,
    returns: bool,
}

impl Turn {
    /// Returning lines first, the short ones above; then those to the right from the rightmost, those to the left from
    /// the leftmost: so ordered, lines of one direction do not cross.
    fn order(&self) -> (u8, f32) {
        match (self.returns, self.to > self.from) {
            (true, _) => (0, (self.to - self.from).abs()),
            (false, true) => (1, -self.from),
            (false, false) => (2, self.from),
        }
    }

    /// True when this line comes down where the other goes down: then this one must turn before.
    fn must_be_above(&self, other: &Turn) -> bool {
        if self.link == other.link || other.returns {
            return false;
        }
        let near = |x: f32| (x - other.to).abs() < PORT / 2.0;
        near(self.from) || (self.returns && near(self.to))
    }
}
