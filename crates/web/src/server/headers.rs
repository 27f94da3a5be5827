//! What every answer tells the browser: load nothing from elsewhere, run nothing that stands in a page, show it in no
//! frame, keep no copy.

use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::Response;

/// What a page may load: our own style, script and pictures; it may send forms to us alone and stand in no frame
/// (Content Security Policy Level 3).
pub const CONTENT_POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; \
     font-src 'none'; connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";

const ALWAYS: &[(&str, &str)] = &[
    ("content-security-policy", CONTENT_POLICY),
    ("x-content-type-options", "nosniff"),
    ("x-frame-options", "DENY"),
    ("referrer-policy", "same-origin"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
    ("permissions-policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
    ("x-robots-tag", "noindex"),
];
const KEEP: &str = "public, max-age=31536000, immutable";

/// Adds them; what a handler set itself stays.
pub(super) fn add(mut answer: Response, is_asset: bool) -> Response {
    let is_found = answer.status() == StatusCode::OK;
    let headers = answer.headers_mut();
    for (name, value) in ALWAYS {
        headers.entry(HeaderName::from_static(name)).or_insert(HeaderValue::from_static(value));
    }
    let cache = if is_asset && is_found { KEEP } else { "no-store" };
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static(cache));
    answer
}
