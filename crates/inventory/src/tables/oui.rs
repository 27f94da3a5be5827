//! The maker behind a hardware address, from the registries of the IEEE (MA-L, MA-M, MA-S).

use model::Mac;

use super::makers;

/// The maker's everyday name; none for addresses that a system made up itself, or that nobody registered.
pub fn vendor(mac: Mac) -> Option<String> {
    if mac.is_local() || mac.is_group() || mac.is_zero() || mac.is_virtual_router() {
        return None;
    }
    let [a, b, c, d, e, f] = mac.0;
    let digits = format!("{a:02X}{b:02X}{c:02X}{d:02X}{e:02X}{f:02X}");
    let organisation = oui_data::lookup(&digits)?.organization().trim();
    // A block that was split among smaller makers and whose part is not listed.
    if organisation.is_empty() || matches!(organisation, "IEEE Registration Authority" | "Private") {
        return None;
    }
    Some(makers::everyday(organisation))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(octets: [u8; 6]) -> Option<String> {
        vendor(Mac(octets))
    }

    #[test]
    fn finds_makers_in_all_three_registries() {
        assert_eq!(of([0x00, 0x1b, 0x1b, 1, 2, 3]).as_deref(), Some("Siemens"));
        assert_eq!(of([0x00, 0x1d, 0x9c, 1, 2, 3]).as_deref(), Some("Rockwell Automation"));
        assert_eq!(of([0x00, 0x01, 0x05, 1, 2, 3]).as_deref(), Some("Beckhoff"));
        assert_eq!(of([0xb8, 0x4c, 0x87, 0x40, 0, 0]).as_deref(), Some("Blum Novotest"));
        assert_eq!(of([0x8c, 0x1f, 0x64, 0xaf, 0xa0, 0]).as_deref(), Some("DATA ELECTRONIC DEVICES"));
    }

    #[test]
    fn made_up_and_shared_addresses_have_no_maker() {
        assert_eq!(of([0x02, 0, 0, 0, 0, 1]), None);
        assert_eq!(of([0, 0, 0x5e, 0, 1, 7]), None);
        assert_eq!(of([0; 6]), None);
    }
}
