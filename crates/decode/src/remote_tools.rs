//! Remote-maintenance products, known by the names of the servers that they call.
//!
//! From the makers' own lists of hosts to allow in a firewall, and from what public recognisers of such tools look for.
//! Where servers are not published by name, the maker's own domain stands if it makes nothing but such tools; a web page
//! about one tool among many does not count. A name fits when it is the domain or lies below it.

use model::{Certainty, Family};

use crate::protocol::Context;

/// Domain and the product's usual name.
const DOMAINS: &[(&str, &str)] = &[
    ("teamviewer.com", "TeamViewer"),
    ("dyngate.com", "TeamViewer"),
    ("anydesk.com", "AnyDesk"),
    ("splashtop.com", "Splashtop"),
    ("splashtop.eu", "Splashtop"),
    ("logmein.com", "LogMeIn"),
    ("logmeinrescue.com", "LogMeIn Rescue"),
    ("logmein-gateway.com", "LogMeIn"),
    ("gotomypc.com", "GoToMyPC"),
    ("gotoassist.com", "GoToAssist"),
    ("screenconnect.com", "ConnectWise ScreenConnect"),
    ("control.connectwise.com", "ConnectWise ScreenConnect"),
    ("beyondtrustcloud.com", "BeyondTrust"),
    ("bomgarcloud.com", "BeyondTrust"),
    ("license.bomgar.com", "BeyondTrust"),
    ("talk2m.com", "Ewon Talk2M"),
    ("secomea.com", "Secomea"),
    ("netbiter.net", "HMS Netbiter"),
    ("ixon.cloud", "Ixon"),
    ("ixon.net", "Ixon"),
    ("ayayot.com", "Ixon"),
    ("mbconnect24.net", "MB connect line"),
    ("tosibox.com", "Tosibox"),
    ("cloud.mguard.com", "Phoenix Contact mGuard Secure Cloud"),
    ("rustdesk.com", "RustDesk"),
    ("remotedesktop.google.com", "Chrome Remote Desktop"),
    ("remotedesktop-pa.googleapis.com", "Chrome Remote Desktop"),
    ("tailscale.com", "Tailscale"),
    ("tailscale.io", "Tailscale"),
    ("zerotier.com", "ZeroTier"),
    ("hamachi.cc", "LogMeIn Hamachi"),
    ("netbird.io", "NetBird"),
    ("ngrok.com", "ngrok"),
    ("ngrok.io", "ngrok"),
    ("ngrok-agent.com", "ngrok"),
    ("remoteassistance.support.services.microsoft.com", "Microsoft Quick Assist"),
    ("remotehelp.microsoft.com", "Microsoft Remote Help"),
    ("rport.io", "RPort"),
    ("atera.com", "Atera"),
    ("ninjarmm.com", "NinjaOne"),
    ("dwservice.net", "DWService"),
    ("getscreen.me", "Getscreen"),
    ("supremocontrol.com", "Supremo"),
    ("nanosystems.it", "Supremo"),
    ("islonline.com", "ISL Online"),
    ("islonline.net", "ISL Online"),
    ("realvnc.com", "RealVNC Connect"),
    ("services.vnc.com", "RealVNC Connect"),
    ("parsec.app", "Parsec"),
];

/// One label of a name and the product's usual name: servers that a plant runs itself carry its own domain.
const LABELS: &[(&str, &str)] = &[
    ("sinema-rc", "Siemens SINEMA RC"),
    ("sinemarc", "Siemens SINEMA RC"),
    ("gatemanager", "Secomea"),
    ("screenconnect", "ConnectWise ScreenConnect"),
    ("anydesk", "AnyDesk"),
    ("rustdesk", "RustDesk"),
];
/// Most labels of a name that are looked at.
const LABELS_MAX: usize = 16;

/// Names in certificates that the products themselves present.
const CERTIFICATES: &[(&str, &str)] =
    &[("AnyDesk Client", "AnyDesk"), ("AnyNet Relay", "AnyDesk"), ("AnyNet Root CA", "AnyDesk")];

/// The product behind a server's name.
pub fn by_name(host: &str) -> Option<&'static str> {
    let host = host.trim_end_matches('.');
    let fits = |domain: &str| {
        let start = host.len().checked_sub(domain.len());
        let tail = start.and_then(|start| host.get(start..));
        let before = start.and_then(|start| start.checked_sub(1)).and_then(|at| host.as_bytes().get(at));
        tail.is_some_and(|tail| tail.eq_ignore_ascii_case(domain)) && before.is_none_or(|&byte| byte == b'.')
    };
    let labelled =
        |label: &str| host.split('.').take(LABELS_MAX).any(|part| part.eq_ignore_ascii_case(label));
    let known = DOMAINS.iter().find(|(domain, _)| fits(domain));
    known.or_else(|| LABELS.iter().find(|(label, _)| labelled(label))).map(|(_, product)| *product)
}

/// The product behind a name in a certificate.
pub fn by_certificate(name: &str) -> Option<&'static str> {
    CERTIFICATES.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, product)| *product)
}

/// Tells the product when the name is one of a remote-maintenance server.
pub fn tell(host: &str, certainty: Certainty, context: &mut Context<'_>) {
    if let Some(product) = by_name(host) {
        context.application(product, Family::RemoteAccess, certainty);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_fits_at_its_dots() {
        assert_eq!(by_name("router3.TeamViewer.com"), Some("TeamViewer"));
        assert_eq!(by_name("relay-9a2b.net.anydesk.com."), Some("AnyDesk"));
        assert_eq!(by_name("talk2m.com"), Some("Ewon Talk2M"));
        assert_eq!(by_name("gatemanager.plant.example"), Some("Secomea"));
        assert_eq!(by_name("us.cloud.mguard.com"), Some("Phoenix Contact mGuard Secure Cloud"));
        assert_eq!(by_name("help.mguard.com"), None);
        assert_eq!(by_name("onlinehelp.ewon.biz"), None);
        assert_eq!(by_name("notteamviewer.com"), None);
        assert_eq!(by_name("teamviewer.com.example.org"), None);
        assert_eq!(by_name(""), None);
    }
}
