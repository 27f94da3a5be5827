//! An asset with all that is judged about it: what it is called, who made it, what it does.

use std::collections::BTreeSet;

use model::{Asset, Attribute, Confidence, Level, Message, Role};

use crate::behaviour::Behaviour;
use crate::network::{self, Network};
use crate::tables::makers::{self, Trade};
use crate::tables::words;

/// Hop counts with which Windows systems start, as they arrive over a few routers.
const WINDOWS_HOPS: std::ops::RangeInclusive<u8> = 110..=128;

/// What is known of an asset besides its conversations.
#[derive(Debug, Clone, Default)]
pub struct Traits {
    /// Why it is a router, if its hardware address shows one.
    pub router: Option<Message>,
    /// The networks that it joins as a router.
    pub joins: BTreeSet<Network>,
    /// True when it joins them to the Internet.
    pub outside: bool,
    /// The highest hop count of its frames; zero when none was seen.
    pub hops: u8,
}

/// One asset, ready to be judged.
#[derive(Debug)]
pub struct Portrait<'a> {
    /// The asset.
    pub asset: &'a Asset,
    /// What it does.
    pub behaviour: &'a Behaviour,
    /// What else is known.
    pub traits: &'a Traits,
    /// What its maker mostly builds, with the maker's name.
    pub trade: Option<(Trade, String)>,
    /// Roles that it states itself, or that its way of speaking shows, and how surely.
    pub stated: Vec<(Role, Confidence)>,
    /// What its product texts say, with the text.
    pub product: Option<(String, Role, Option<Level>)>,
    /// What its name says, with the name.
    pub name: Option<(String, Role, Option<Level>)>,
    /// True when a product text belongs to a safety system.
    pub safety: bool,
    /// The network it is at home in.
    pub home: Option<Network>,
}

impl<'a> Portrait<'a> {
    /// Puts together what is known of one asset.
    pub fn of(asset: &'a Asset, behaviour: &'a Behaviour, traits: &'a Traits) -> Portrait<'a> {
        let values = |attribute| {
            asset.facts.iter().filter(move |fact| fact.attribute == attribute).map(|fact| fact.value.as_str())
        };
        let texts = || {
            use Attribute::{Description, Hardware, OrderNumber, Os, Product, Software};
            [Product, OrderNumber, Description, Software, Os, Hardware].into_iter().flat_map(values)
        };
        let trade = asset
            .fact(Attribute::Vendor)
            .and_then(|vendor| makers::trade(vendor).map(|trade| (trade, vendor.to_string())));
        let product = texts().find_map(|text| {
            words::in_product(text).map(|(_, (role, level))| (text.to_string(), role, level))
        });
        let name = values(Attribute::Name)
            .find_map(|name| words::in_name(name).map(|(_, (role, level))| (name.to_string(), role, level)));
        Portrait {
            asset,
            behaviour,
            traits,
            trade,
            stated: stated(asset),
            product,
            name,
            safety: texts().any(words::is_safety),
            home: network::home(asset),
        }
    }

    /// True when others ask it for control operations and it answers.
    pub fn is_operated(&self) -> bool {
        !self.behaviour.operators.is_empty()
    }

    /// True when it takes part in cyclic field data.
    pub fn is_in_field(&self) -> bool {
        let b = self.behaviour;
        b.publishes || !(b.field_devices.is_empty() && b.field_masters.is_empty() && b.field_peers.is_empty())
    }

    /// True when its frames start with the hop count of Windows.
    pub fn looks_like_windows(&self) -> bool {
        WINDOWS_HOPS.contains(&self.traits.hops)
    }

    /// True when its maker builds devices for plants.
    pub fn is_by_plant_maker(&self) -> bool {
        match self.trade.as_ref().map(|(trade, _)| *trade) {
            Some(
                Trade::Automation | Trade::Drives | Trade::Energy | Trade::Building | Trade::Instruments,
            ) => true,
            Some(
                Trade::PlantNetwork
                | Trade::Network
                | Trade::Office
                | Trade::Virtual
                | Trade::Cameras
                | Trade::Printers
                | Trade::Boards,
            )
            | None => false,
        }
    }

    /// True when the asset itself or its product text says this role.
    pub fn is_called(&self, role: Role) -> bool {
        self.stated.contains(&(role, Confidence::Stated))
            || self.product.as_ref().is_some_and(|(_, told, _)| *told == role)
    }

    /// True when it stands between networks.
    pub fn is_router(&self) -> bool {
        self.traits.router.is_some() || self.behaviour.routes
    }

    /// True for a router or firewall that belongs to no network more than to the others. A controller that also hands
    /// frames on stays with its machine.
    pub fn is_border(&self) -> bool {
        let ways = self.traits.joins.len() + usize::from(self.traits.outside);
        self.is_router() && !self.is_operated() && ways > 1
    }

    /// True for what carries the others' frames: routers, switches, access points.
    pub fn is_infrastructure(&self) -> bool {
        let says = |role: Role| matches!(role, Role::Router | Role::Switch | Role::AccessPoint);
        let by_maker = matches!(self.trade, Some((Trade::Network | Trade::PlantNetwork, _)))
            && self.product.is_none()
            && self.stated.is_empty();
        (!self.is_operated() && (self.is_router() || by_maker))
            || self.behaviour.bridges
            || self.stated.iter().any(|(role, _)| says(*role))
            || self.product.as_ref().is_some_and(|(_, role, _)| says(*role))
    }
}

/// Roles that the asset states, each once, by the surest statement.
fn stated(asset: &Asset) -> Vec<(Role, Confidence)> {
    let mut stated: Vec<(Role, Confidence)> = asset
        .facts
        .iter()
        .filter(|fact| fact.attribute == Attribute::Role)
        .filter_map(|fact| Some((fact.value.parse().ok()?, fact.confidence)))
        .collect();
    stated.sort();
    stated.dedup_by_key(|(role, _)| *role);
    stated
}
