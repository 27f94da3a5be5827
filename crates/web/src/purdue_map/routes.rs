//! Ways for lines: boxes stand in rows, lines run in the channels between rows and in the gaps between boxes, so no line
//! crosses a box.
//!
//! This is channel routing as it is done for printed circuits: each line takes a lane through every row that it
//! passes, and a track in every channel where it turns.

use super::tracks;

/// Distance between two lanes in a gap.
const LANE: f32 = 9.0;
/// Narrowest gap between two boxes.
const GAP: f32 = 26.0;
/// Space between a lane and the boxes beside it where there is room, both sides together.
const CLEAR: f32 = 36.0;
/// Space kept free at the ends of a box's side.
const PORT_MARGIN: f32 = 12.0;
/// Smallest distance between two ports of one side, and between lines that must not be taken for one.
pub(super) const PORT: f32 = 11.0;
/// Times that the order of boxes is improved, down and up.
const SWEEPS: usize = 6;

/// What is to be routed.
pub(super) struct Grid {
    /// Rows from the top, each with its boxes; a row may be empty.
    pub rows: Vec<Vec<usize>>,
    /// The two boxes of each line.
    pub links: Vec<(usize, usize)>,
    /// Where boxes may stand.
    pub left: f32,
    /// Width for boxes and gaps; more is taken when the boxes do not fit.
    pub width: f32,
    /// Narrowest and widest box.
    pub box_width: (f32, f32),
}

/// Where everything stands, except for heights.
pub(super) struct Routed {
    /// Left edge and width of each box.
    pub boxes: Vec<(f32, f32)>,
    /// Left edge and width taken by the widest row.
    pub width: f32,
    /// Height of the channel below each row.
    pub channels: Vec<f32>,
    /// The way of each line.
    pub ways: Vec<Way>,
}

/// The way of one line, from its first box to its second.
pub(super) struct Way {
    /// Row of the first box.
    pub row: usize,
    /// The channels passed, from the top.
    pub crossings: Vec<Crossing>,
    /// True when the line leaves its row and comes back to it.
    pub returns: bool,
}

/// A line in one channel.
#[derive(Debug, Clone, Copy)]
pub(super) struct Crossing {
    /// Where it comes in from above.
    pub from: f32,
    /// Where it goes out, below; for a line that returns, above.
    pub to: f32,
    /// Its distance from the channel's upper edge where it turns.
    pub depth: f32,
}

impl Grid {
    /// Finds the ways.
    pub(super) fn route(mut self) -> Routed {
        let boxes = self.rows.iter().flatten().copied().max().map_or(0, |last| last + 1);
        self.order_rows(boxes);
        let mut row_of = vec![0; boxes];
        for (row, members) in self.rows.iter().enumerate() {
            for &member in members {
                row_of[member] = row;
            }
        }
        // Lines are told from the upper row to the lower.
        let links: Vec<(usize, usize)> = self.links.clone();
        let rough = self.place(&vec![Vec::new(); self.rows.len()], boxes);
        let lanes = self.choose_lanes(&links, &row_of, &rough);
        let placed = self.place(&lanes.loads, boxes);
        let lane_x = lane_places(&links, &lanes, &placed);
        let ports = ports(&links, &row_of, &placed, &lane_x);
        let mut ways: Vec<Way> = Vec::with_capacity(links.len());
        for (link, &(a, b)) in links.iter().enumerate() {
            let (start, end) = ports[link];
            let mut xs = vec![start];
            for (step, &x) in lane_x[link].iter().enumerate() {
                // An empty row is no obstacle: the line goes straight on.
                let row = row_of[a] + 1 + step;
                xs.push(if self.rows[row].is_empty() { *xs.last().unwrap_or(&x) } else { x });
            }
            xs.push(end);
            let crossings =
                xs.windows(2).map(|pair| Crossing { from: pair[0], to: pair[1], depth: 0.0 }).collect();
            ways.push(Way { row: row_of[a], crossings, returns: row_of[a] == row_of[b] });
        }
        let channels = (0..self.rows.len()).map(|channel| tracks::lay_tracks(channel, &mut ways)).collect();
        Routed { boxes: placed.boxes, width: placed.width, channels, ways }
    }

    /// Puts boxes near those that they talk to: each row in turn is sorted by where its neighbours stand.
    fn order_rows(&mut self, boxes: usize) {
        let mut neighbours: Vec<Vec<usize>> = vec![Vec::new(); boxes];
        for &(a, b) in &self.links {
            neighbours[a].push(b);
            neighbours[b].push(a);
        }
        let mut place = vec![0.5; boxes];
        for sweep in 0..SWEEPS {
            let rows: Vec<usize> = if sweep % 2 == 0 {
                (0..self.rows.len()).collect()
            } else {
                (0..self.rows.len()).rev().collect()
            };
            for row in rows {
                let members = &mut self.rows[row];
                let wish = |member: usize, place: &[f32]| {
                    let near = &neighbours[member];
                    let own = place[member];
                    if near.is_empty() {
                        own
                    } else {
                        near.iter().map(|&other| place[other]).sum::<f32>() / near.len() as f32
                    }
                };
                if sweep > 0 {
                    members.sort_by(|&x, &y| wish(x, &place).total_cmp(&wish(y, &place)));
                }
                let count = members.len() as f32;
                for (position, &member) in members.iter().enumerate() {
                    place[member] = (position as f32 + 0.5) / count;
                }
            }
        }
    }

    /// Sets boxes side by side at even distances. A gap is wider than the others only where its lanes need it.
    fn place(&self, loads: &[Vec<Vec<(usize, usize)>>], boxes: usize) -> Placed {
        let needed = |row: usize| -> Vec<f32> {
            let count = self.rows[row].len();
            let gap = |gap: usize| {
                let lanes = loads[row].get(gap).map_or(0, Vec::len);
                let lanes = if lanes == 0 { 0.0 } else { LANE * (lanes + 1) as f32 };
                lanes.max(if gap == 0 || gap == count { 0.0 } else { GAP })
            };
            (0..=count).map(gap).collect()
        };
        let narrowest =
            |row: usize| needed(row).iter().sum::<f32>() + self.box_width.0 * self.rows[row].len() as f32;
        let width = (0..self.rows.len()).map(narrowest).fold(self.width, f32::max);
        let mut placed = Placed { boxes: vec![(0.0, 0.0); boxes], gaps: Vec::new(), width };
        for (row, members) in self.rows.iter().enumerate() {
            let needed = needed(row);
            let count = members.len().max(1) as f32;
            let each =
                ((width - needed.iter().sum::<f32>()) / count).clamp(self.box_width.0, self.box_width.1);
            let gaps = share(width - each * members.len() as f32, &needed);
            let mut x = self.left;
            let mut places = Vec::with_capacity(gaps.len());
            for (gap, gap_width) in gaps.into_iter().enumerate() {
                places.push((x, gap_width));
                x += gap_width;
                if let Some(&member) = members.get(gap) {
                    placed.boxes[member] = (x, each);
                    x += each;
                }
            }
            placed.gaps.push(places);
        }
        placed
    }

    /// For every row that a line passes, the gap nearest to its straight way.
    fn choose_lanes(&self, links: &[(usize, usize)], row_of: &[usize], rough: &Placed) -> Lanes {
        let mut loads: Vec<Vec<Vec<(usize, usize)>>> =
            self.rows.iter().map(|row| vec![Vec::new(); row.len() + 1]).collect();
        let mut of_link: Vec<Vec<(usize, usize)>> = vec![Vec::new(); links.len()];
        for (link, &(a, b)) in links.iter().enumerate() {
            let (mut x, goal) = (rough.middle(a), rough.middle(b));
            let passed = rough.gaps.iter().zip(&mut loads).take(row_of[b]).skip(row_of[a] + 1);
            for (step, (gaps, loads)) in passed.enumerate() {
                let near = |gap: usize| {
                    let (left, width) = gaps[gap];
                    let margin = LANE.min(width / 2.0);
                    x.clamp(left + margin, left + width - margin)
                };
                let cost = |gap: usize| {
                    (near(gap) - x).abs() + (near(gap) - goal).abs() + 4.0 * loads[gap].len() as f32
                };
                let best = (0..gaps.len()).min_by(|&g, &h| cost(g).total_cmp(&cost(h))).unwrap_or(0);
                of_link[link].push((row_of[a] + 1 + step, best));
                loads[best].push((link, step));
                x = near(best);
            }
        }
        Lanes { loads, of_link }
    }
}

/// Divides a width among gaps: evenly, those at the ends half as wide, but none narrower than it needs.
fn share(width: f32, needed: &[f32]) -> Vec<f32> {
    let last = needed.len().saturating_sub(1);
    let even = width / last.max(1) as f32;
    let ideal = |gap: usize| if (gap == 0 || gap == last) && last > 0 { even / 2.0 } else { even };
    let mut gaps: Vec<f32> = needed.iter().enumerate().map(|(gap, &needed)| ideal(gap).max(needed)).collect();
    let excess = gaps.iter().sum::<f32>() - width;
    let spare: f32 = gaps.iter().zip(needed).map(|(gap, needed)| gap - needed).sum();
    if excess > 0.0 && spare > 0.0 {
        for (gap, needed) in gaps.iter_mut().zip(needed) {
            *gap -= excess * (*gap - needed) / spare;
        }
    }
    gaps
}

/// Which lanes are taken.
struct Lanes {
    /// For each row and gap, the lines in it with the step of their way.
    loads: Vec<Vec<Vec<(usize, usize)>>>,
    /// For each line, every row that it passes and its gap there.
    of_link: Vec<Vec<(usize, usize)>>,
}

/// Boxes and gaps with their places.
struct Placed {
    boxes: Vec<(f32, f32)>,
    gaps: Vec<Vec<(f32, f32)>>,
    width: f32,
}

impl Placed {
    fn middle(&self, member: usize) -> f32 {
        self.boxes[member].0 + self.boxes[member].1 / 2.0
    }

    /// The point of a box's side that is nearest to `x`.
    fn nearest(&self, member: usize, x: f32) -> f32 {
        let (left, width) = self.boxes[member];
        x.clamp(left + PORT_MARGIN, (left + width - PORT_MARGIN).max(left + PORT_MARGIN))
    }
}

/// Where each line runs in the gaps that it passes: straight on from where it comes, as far as the gap and the other
/// lines in it allow.
fn lane_places(links: &[(usize, usize)], lanes: &Lanes, placed: &Placed) -> Vec<Vec<f32>> {
    let mut lane_x: Vec<Vec<f32>> = lanes.of_link.iter().map(|lanes| vec![0.0; lanes.len()]).collect();
    // For each row, the lanes of lines that end in the next row.
    let mut ending: Vec<Vec<f32>> = vec![Vec::new(); lanes.loads.len()];
    for (row, gaps) in lanes.loads.iter().enumerate() {
        for (gap, load) in gaps.iter().enumerate() {
            let (left, width) = placed.gaps[row][gap];
            let margin = CLEAR.min(width - LANE * (load.len() + 1) as f32).max(2.0 * LANE) / 2.0;
            let (low, high) = (left + margin, left + width - margin);
            let mut wishes: Vec<Wish> = Vec::with_capacity(load.len());
            for &(link, step) in load {
                let (a, b) = links[link];
                // The first lane looks ahead as well: a line that can run straight to its goal does.
                let ahead = lanes.of_link[link].get(step + 1).map_or_else(
                    || {
                        placed.nearest(
                            b,
                            lane_x[link].get(step.wrapping_sub(1)).copied().unwrap_or(placed.middle(b)),
                        )
                    },
                    |&(row, gap)| placed.gaps[row][gap].0 + placed.gaps[row][gap].1 / 2.0,
                );
                let from = match step.checked_sub(1) {
                    Some(before) => lane_x[link][before],
                    None => placed.nearest(a, ahead),
                };
                let near = if (low..=high).contains(&from) { from } else { ahead.clamp(low, high.max(low)) };
                let near =
                    if step == 0 { beside(near, (low, high), ending.get(row.wrapping_sub(1))) } else { near };
                wishes.push(Wish { at: near, then: placed.middle(b), link, step });
            }
            wishes.sort_by(|x, y| x.at.total_cmp(&y.at).then(x.then.total_cmp(&y.then)));
            let xs: Vec<f32> = wishes.iter().map(|wish| wish.at).collect();
            for (wish, x) in wishes.iter().zip(spread(xs, low, high, LANE)) {
                lane_x[wish.link][wish.step] = x;
                if wish.step + 1 == lane_x[wish.link].len() {
                    ending[row].push(x);
                }
            }
        }
    }
    lane_x
}

/// A place in a gap that is not straight below the lane of a line that ends there: seen together, the two would look
/// like one line.
fn beside(x: f32, (low, high): (f32, f32), ending: Option<&Vec<f32>>) -> f32 {
    let inward = if x > (low + high) / 2.0 { -LANE } else { LANE };
    let is_taken =
        |x: f32| ending.is_some_and(|lanes| lanes.iter().any(|lane| (lane - x).abs() < PORT / 2.0));
    let mut places = (0..6).map(|step| x + inward * step as f32).filter(|x| (low..=high).contains(x));
    places.find(|&x| !is_taken(x)).unwrap_or(x)
}

/// Where a line would like to be, and what breaks the tie.
struct Wish {
    at: f32,
    then: f32,
    link: usize,
    step: usize,
}

/// Where each line leaves its first box and enters its second.
fn ports(
    links: &[(usize, usize)],
    row_of: &[usize],
    placed: &Placed,
    lane_x: &[Vec<f32>],
) -> Vec<(f32, f32)> {
    let mut ports: Vec<(f32, f32)> = links
        .iter()
        .enumerate()
        .map(|(link, &(a, b))| {
            let first = lane_x[link].first().copied().unwrap_or_else(|| placed.middle(b));
            let last = lane_x[link].last().copied().unwrap_or_else(|| placed.middle(a));
            (placed.nearest(a, first), placed.nearest(b, last))
        })
        .collect();
    // Two rounds: the second lets ports that face each other come into one line.
    for _ in 0..2 {
        for member in 0..placed.boxes.len() {
            for below in [true, false] {
                let mut wishes: Vec<Wish> = Vec::new();
                for (link, &(a, b)) in links.iter().enumerate() {
                    let returns = row_of[a] == row_of[b];
                    let (first, last) = (lane_x[link].first().copied(), lane_x[link].last().copied());
                    if a == member && below {
                        let goal = first.unwrap_or(ports[link].1);
                        wishes.push(Wish { at: placed.nearest(member, goal), then: goal, link, step: 0 });
                    }
                    if b == member && (below == returns) {
                        let goal = last.unwrap_or(ports[link].0);
                        wishes.push(Wish { at: placed.nearest(member, goal), then: goal, link, step: 1 });
                    }
                }
                wishes.sort_by(|x, y| x.at.total_cmp(&y.at).then(x.then.total_cmp(&y.then)));
                let (left, width) = placed.boxes[member];
                let xs: Vec<f32> = wishes.iter().map(|wish| wish.at).collect();
                let (low, high) = (left + PORT_MARGIN, left + width - PORT_MARGIN);
                for (wish, x) in wishes.iter().zip(spread(xs, low, high, PORT)) {
                    if wish.step == 0 { ports[wish.link].0 = x } else { ports[wish.link].1 = x }
                }
            }
        }
    }
    ports
}

/// Keeps ascending places apart and between `low` and `high`, as near to where they were as that allows.
fn spread(mut xs: Vec<f32>, low: f32, high: f32, apart: f32) -> Vec<f32> {
    let apart = if xs.len() > 1 { apart.min((high - low).max(0.0) / (xs.len() - 1) as f32) } else { apart };
    // Neighbours that want the same place share it around its middle: merge them into blocks until none overlap.
    let mut blocks: Vec<(f32, usize)> = Vec::with_capacity(xs.len());
    for (index, &x) in xs.iter().enumerate() {
        let mut block = (x - apart * index as f32, 1);
        while let Some(&(before, count)) = blocks.last() {
            if before <= block.0 {
                break;
            }
            blocks.pop();
            block = (
                (before * count as f32 + block.0 * block.1 as f32) / (count + block.1) as f32,
                count + block.1,
            );
        }
        blocks.push(block);
    }
    let (top, last) = (high - apart * xs.len().saturating_sub(1) as f32, low);
    let shifts = blocks.into_iter().flat_map(|(shift, count)| std::iter::repeat_n(shift, count));
    for (index, (x, shift)) in xs.iter_mut().zip(shifts).enumerate() {
        *x = shift.min(top).max(last) + apart * index as f32;
    }
    xs
}
