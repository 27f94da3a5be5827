//! Subtraction of boxes.

use model::packets::{NumberField, PacketBox, Span};

/// Boxes that one rule's set may fall into before it is not evaluated any more.
pub const BOXES_PER_RULE_MAX: usize = 200_000;

/// True when they hold a packet in common; what tells most apart is asked first.
#[inline]
pub fn overlap(a: &PacketBox, b: &PacketBox) -> bool {
    let apart = |x: Span<u16>, y: Span<u16>| x.first > y.last || y.first > x.last;
    let [in_a, out_a, protocol_a, port_a, ..] = a.numbers;
    let [in_b, out_b, protocol_b, port_b, ..] = b.numbers;
    if apart(in_a, in_b) || apart(out_a, out_b) || apart(protocol_a, protocol_b) || apart(port_a, port_b) {
        return false;
    }
    a.both(b).is_some()
}

/// Adds to `rest` what `from` holds and `cut` does not: at most two boxes for each field.
pub fn subtract(from: &PacketBox, cut: &PacketBox, rest: &mut Vec<PacketBox>) {
    let Some(both) = from.both(cut) else {
        rest.push(*from);
        return;
    };
    // What remains is cut off field by field; `inner` shrinks to what both hold.
    let mut inner = *from;
    for field in 0..inner.addresses.len() {
        let (mine, cut) = (inner.addresses[field], both.addresses[field]);
        if mine.first < cut.first {
            let mut below = inner;
            below.addresses[field].last = cut.first - 1;
            rest.push(below);
        }
        if cut.last < mine.last {
            let mut above = inner;
            above.addresses[field].first = cut.last + 1;
            rest.push(above);
        }
        inner.addresses[field] = cut;
    }
    for field in 0..inner.numbers.len() {
        let (mine, cut) = (inner.numbers[field], both.numbers[field]);
        if mine.first < cut.first {
            let mut below = inner;
            below.numbers[field].last = cut.first - 1;
            rest.push(below);
        }
        if cut.last < mine.last {
            let mut above = inner;
            above.numbers[field].first = cut.last + 1;
            rest.push(above);
        }
        inner.numbers[field] = cut;
    }
}

/// Takes `cut` away from all boxes; false, with `set` in between, when that would be too many.
#[must_use]
pub fn subtract_from(set: &mut Vec<PacketBox>, cut: &PacketBox) -> bool {
    if !set.iter().any(|one| overlap(one, cut)) {
        return true;
    }
    let mut rest = Vec::with_capacity(set.len() + 8);
    for one in set.iter() {
        subtract(one, cut, &mut rest);
        if rest.len() > BOXES_PER_RULE_MAX {
            return false;
        }
    }
    *set = rest;
    true
}

/// How many packets a box holds, as a share of all; interfaces count as one.
pub fn volume(one: &PacketBox) -> f64 {
    let address = |span: Span<u128>| (span.last - span.first) as f64 + 1.0;
    let number = |span: Span<u16>| f64::from(span.last - span.first) + 1.0;
    let addresses: f64 = one.addresses.iter().map(|span| address(*span)).product();
    let numbers: f64 = NumberField::ALL.iter().map(|field| number(one.number(*field))).product();
    addresses * numbers
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::packets::AddressField;

    #[test]
    fn what_is_left_and_what_was_cut_are_the_whole() {
        let mut cut = PacketBox::all();
        cut.addresses[AddressField::Source as usize] = Span::new(10, 20);
        cut.numbers[NumberField::DestinationPort as usize] = Span::new(502, 502);
        let mut rest = Vec::new();
        subtract(&PacketBox::all(), &cut, &mut rest);
        assert_eq!(rest.len(), 4);
        let sum: f64 = rest.iter().map(volume).sum::<f64>() + volume(&cut);
        assert!((sum / volume(&PacketBox::all()) - 1.0).abs() < 1e-9);
        assert!(rest.iter().all(|one| !overlap(one, &cut)));
        for (nth, one) in rest.iter().enumerate() {
            assert!(rest.iter().skip(nth + 1).all(|other| !overlap(one, other)));
        }
    }
}
