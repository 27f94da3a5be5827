//! The small signs on the map: one for each kind of asset, one for each severity. All are drawn in a square of 16.

use model::{Role, Severity};

/// The outline of an asset's sign, as SVG path data.
pub(super) fn asset(role: Option<Role>) -> &'static str {
    match role {
        Some(Role::Controller) => "M1.5 3.5h13v9h-13zM5.5 3.5v9M9.5 3.5v9M11.5 6h1.2M11.5 8.5h1.2",
        Some(Role::SafetyController) => {
            "M8 1.5l5.5 2v4.2c0 3.2-2.2 5.6-5.5 6.8c-3.3-1.2-5.5-3.6-5.5-6.8v-4.2zM5.5 8l2 2l3.2-3.6"
        }
        Some(Role::Relay) => "M2.5 2.5h11v11h-11zM8.8 4.2l-2.9 4.3h3.6l-2.6 3.6",
        Some(Role::IoDevice) => "M2.5 2.5h11v11h-11zM5.5 5.5h.1M8 5.5h.1M10.5 5.5h.1M5.5 8h5M5.5 10.5h5",
        Some(Role::Drive) => "M2 5h8.5v6.5h-8.5zM10.5 8.2h4M4.5 5v-2M7.8 5v-2M4 11.5v2M8.5 11.5v2",
        Some(Role::Instrument) => "M8 2.2a5.8 5.8 0 1 0 .01 0zM8 8l2.6-2.8M4.4 9.8h.1M11.6 9.8h.1",
        Some(Role::Hmi) => "M1.5 2.5h13v9h-13zM4.5 9v-2M7 9v-4M9.5 9v-3M12 9v-1.2M5.5 14h5",
        Some(Role::EngineeringStation) => {
            "M3 3h10v7h-10zM1 12.8h14M6.6 5.2l-1.4 1.4l1.4 1.4M9.4 5.2l1.4 1.4l-1.4 1.4"
        }
        Some(Role::Historian) => {
            "M3 4c0-2.6 10-2.6 10 0v8c0 2.6-10 2.6-10 0zM3 4c0 2.6 10 2.6 10 0M3 8c0 2.6 10 2.6 10 0"
        }
        Some(Role::Gateway) => {
            "M2.5 2.5h11v11h-11zM5 6.3h6M9.3 4.8l1.7 1.5l-1.7 1.5M11 9.8h-6M6.7 8.3l-1.7 1.5l1.7 1.5"
        }
        Some(Role::Switch) => "M1.5 5h13v6.5h-13zM4 9.5v-1.8M6.7 9.5v-1.8M9.3 9.5v-1.8M12 9.5v-1.8",
        Some(Role::Router) => {
            "M8 2.2a5.8 5.8 0 1 0 .01 0zM5 8h6M8 5v6M9.6 6.6l1.4 1.4l-1.4 1.4M6.4 6.6l-1.4 1.4l1.4 1.4"
        }
        Some(Role::Server) => "M2.5 2h11v5h-11zM2.5 9h11v5h-11zM5 4.5h.1M5 11.5h.1M8 4.5h3M8 11.5h3",
        Some(Role::DirectoryServer) => {
            "M2.5 2.5h11v11h-11zM8 4.6a1.6 1.6 0 1 0 .01 0zM5 11.6c0-3.6 6-3.6 6 0"
        }
        Some(Role::Workstation) => "M2 2.5h12v8h-12zM8 10.5v3M5.2 13.5h5.6",
        Some(Role::Printer) => "M4.5 6v-4h7v4M2 6h12v5.5h-12zM4.5 9.5h7v4.5h-7z",
        Some(Role::Camera) => "M1.5 4.5h9v7h-9zM10.5 7l4-2v6l-4-2",
        Some(Role::Telephone) => "M4.5 1.5h7v13h-7zM7.2 12.4h1.6",
        Some(Role::AccessPoint) => {
            "M8 13v-4M1.8 5.6c3.6-3.8 8.8-3.8 12.4 0M4.3 8c2.2-2.2 5.2-2.2 7.4 0M5 13.5h6"
        }
        Some(Role::RemoteAccess) => "M6 2h7.5v12h-7.5M1.5 8h7.5M6.7 5.6l2.4 2.4l-2.4 2.4",
        Some(Role::JumpHost) => "M1.5 13.5h4v-4h4v-4h5M11.5 2.5l3 3l-3 3",
        Some(Role::InternetHost) => {
            "M8 1.8a6.2 6.2 0 1 0 .01 0zM1.8 8h12.4M8 1.8c-3.6 3.4-3.6 9 0 12.4M8 1.8c3.6 3.4 3.6 9 0 12.4"
        }
        Some(Role::Scanner) => "M7 2.2a4.8 4.8 0 1 0 .01 0zM10.6 10.4l3.6 3.6M7 4.8v4.4M4.8 7h4.4",
        None => "M2.5 2.5h11v11h-11zM6.2 6.4c0-2.6 3.8-2.4 3.6-.1c-.1 1.5-1.8 1.5-1.8 3.1M8 11.6v.1",
    }
}

/// A severity's sign: diamond, triangle, square, dot, ring, as on the rest of the page.
pub(super) fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => "M8 2.5l5.5 5.5l-5.5 5.5l-5.5-5.5z",
        Severity::High => "M8 3l5.4 9.6h-10.8z",
        Severity::Medium => "M3.8 3.8h8.4v8.4h-8.4z",
        Severity::Low => "M8 3.6a4.4 4.4 0 1 0 .01 0z",
        Severity::Info => "M8 3.6a4.4 4.4 0 1 0 .01 0zM8 5.6a2.4 2.4 0 1 1 -.01 0z",
    }
}
