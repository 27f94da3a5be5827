//! Zones: groups of assets with the same need for protection (IEC 62443-1-1, 3.2.117).

use crate::{AssetId, Level};

/// A group of assets that belong together, proposed from what was observed.
#[derive(Debug, Clone)]
pub struct Zone {
    /// Stable short name, as in `z-10-0-3-0-24`.
    pub id: String,
    /// What a person reads.
    pub name: String,
    /// The level most of its assets are on.
    pub level: Option<Level>,
    /// Network prefixes in it, as text.
    pub prefixes: Vec<String>,
    /// VLANs in it.
    pub vlans: Vec<u16>,
    /// Its assets.
    pub assets: Vec<AssetId>,
}
