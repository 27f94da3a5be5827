//! Style, script and icon of the pages: in the program itself, with their hash in their name, so that a browser may keep
//! them for good and a changed one has another name.

use std::sync::LazyLock;

use axum::extract::Path;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use sha2::{Digest, Sha256};

use super::Failure;

/// Digits of the hash in a name.
const HASH_DIGITS: usize = 16;

struct Asset {
    name: String,
    address: String,
    kind: &'static str,
    text: &'static str,
}

static ASSETS: LazyLock<[Asset; 3]> = LazyLock::new(|| {
    [
        asset("pages", "css", "text/css; charset=utf-8", include_str!("../../templates/assets/pages.css")),
        asset(
            "pages",
            "js",
            "text/javascript; charset=utf-8",
            include_str!("../../templates/assets/pages.js"),
        ),
        asset("icon", "svg", "image/svg+xml", include_str!("../../templates/assets/icon.svg")),
    ]
});

/// Address of the one style sheet.
pub(crate) fn pages_css() -> &'static str {
    let [style, _, _] = &*ASSETS;
    &style.address
}

/// Address of the script; pages work without it.
pub(crate) fn pages_script() -> &'static str {
    let [_, script, _] = &*ASSETS;
    &script.address
}

/// Address of the icon.
pub(crate) fn icon() -> &'static str {
    let [_, _, icon] = &*ASSETS;
    &icon.address
}

/// Serves one of them; no other file can be named.
pub(super) async fn serve(Path(name): Path<String>) -> Response {
    match ASSETS.iter().find(|asset| asset.name == name) {
        Some(asset) => ([(header::CONTENT_TYPE, asset.kind)], asset.text).into_response(),
        None => Failure::NotFound.into_response(),
    }
}

fn asset(stem: &str, extension: &str, kind: &'static str, text: &'static str) -> Asset {
    let hash: String = Sha256::digest(text.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect();
    let name = format!("{stem}-{}.{extension}", hash.get(..HASH_DIGITS).unwrap_or_default());
    Asset { address: format!("/assets/{name}"), name, kind, text }
}
