//! One address that several devices claim.

use std::collections::BTreeMap;
use std::net::IpAddr;

use model::{AssetId, Gap, Host, Level, Mac, Severity};

use crate::catalogue as c;
use crate::checks::Check;
use crate::found::{Found, Told, raised};
use crate::german;
use crate::scene::{Scene, is_operating};
use crate::words;

pub(super) const CHECK: Check = Check {
    id: "address-conflict",
    title: "Several devices claim one address",
    severity: Severity::Medium,
    technique: Some("T0830"),
    help: HELP,
    german: german::ADDRESS_CONFLICT,
    find,
};

const HELP: &str = "
## What it finds
An IP address that was claimed by more than one hardware address. Shared addresses of redundant routers are not
meant. One finding tells each address.
## Why it matters on the floor
Stations then reach now the one, now the other device: a panel shows values of the wrong machine or loses its
controller. A stranger who wants to sit between two devices makes exactly this picture.
## What to do
Find the port of each hardware address in the switches. If two devices were given the same address, change one. If
one of them is unknown, unplug it. Redundant pairs that swap an address on purpose can be noted as such.
";

fn find<'a>(scene: &Scene<'a>, found: &mut Found<'_, 'a>) {
    if scene.plant.address_conflicts.is_empty() {
        return;
    }
    let owners = Owners::new(scene);
    for (ip, macs) in &scene.plant.address_conflicts {
        let macs: Vec<Mac> = macs.iter().copied().filter(|mac| !mac.is_virtual_router()).collect();
        if macs.len() < 2 || !Host::Ip(*ip).is_unicast() {
            continue;
        }
        let assets = owners.of(*ip, &macs);
        let vital = assets.iter().filter_map(|id| scene.plant.asset(*id)).any(|asset| {
            let low = asset.level.level.is_some_and(|level| level <= Level::Supervision);
            low || asset.roles.iter().any(|&role| is_operating(role))
        });
        let severity = if vital { raised(Severity::Medium) } else { Severity::Medium };
        let technique = CHECK.technique;
        found.tell_of(severity, assets.clone(), &[], technique, || {
            let names = words::list(assets.iter().map(|id| scene.label(crate::scene::Party::Asset(*id))));
            let detail = c::ADDRESS_CONFLICT_DETAIL.with([
                ("ip", ip.to_string().into()),
                ("macs", words::list(macs.iter().map(Mac::to_string))),
            ]);
            let count = Gap::Number(macs.len() as u64);
            Told {
                title: c::ADDRESS_CONFLICT.with([("count", count), ("ip", ip.to_string().into())]),
                detail: detail.and(words::some(c::ASSETS_CONCERNED, "assets", names)),
            }
        });
    }
}

/// Which assets have which addresses.
struct Owners {
    ips: BTreeMap<IpAddr, AssetId>,
    macs: BTreeMap<Mac, AssetId>,
}

impl Owners {
    fn new(scene: &Scene<'_>) -> Owners {
        let assets = &scene.plant.assets;
        Owners {
            ips: assets.iter().flat_map(|asset| asset.ips.iter().map(|ip| (*ip, asset.id))).collect(),
            macs: assets.iter().flat_map(|asset| asset.macs.iter().map(|mac| (*mac, asset.id))).collect(),
        }
    }

    fn of(&self, ip: IpAddr, macs: &[Mac]) -> Vec<AssetId> {
        let owners = self.ips.get(&ip).into_iter().chain(macs.iter().filter_map(|mac| self.macs.get(mac)));
        let mut owners: Vec<AssetId> = owners.copied().collect();
        owners.sort();
        owners.dedup();
        owners
    }
}
