//! A plant as an engineer would note it down.

use model::{Asset, Conversation, Plant};

/// All of a plant, a line per thing.
pub fn plant(plant: &Plant) -> String {
    let mut out = String::new();
    for a in &plant.assets {
        asset(a, &mut out);
    }
    for c in &plant.conversations {
        conversation(c, &mut out);
    }
    for zone in &plant.zones {
        let assets: Vec<String> = zone.assets.iter().map(ToString::to_string).collect();
        let level = zone.level.map_or("-", |level| level.as_str());
        let vlans: Vec<String> = zone.vlans.iter().map(ToString::to_string).collect();
        let (prefixes, vlans) = (zone.prefixes.join(" "), vlans.join(" "));
        line(
            &mut out,
            format!(
                "zone {} \"{}\"  level {level}  prefixes [{prefixes}]  vlans [{vlans}]  assets {}",
                zone.id,
                zone.name,
                assets.join(" ")
            ),
        );
    }
    for (ip, macs) in &plant.address_conflicts {
        let macs: Vec<String> = macs.iter().map(ToString::to_string).collect();
        line(&mut out, format!("conflict {ip}: {}", macs.join(", ")));
    }
    if plant.limits != Default::default() {
        line(&mut out, format!("{:?}", plant.limits));
    }
    out
}

fn asset(a: &Asset, out: &mut String) {
    let mut text = a.id.to_string();
    a.ips.iter().for_each(|ip| text.push_str(&format!(" {ip}")));
    a.macs.iter().for_each(|mac| text.push_str(&format!(" {mac}")));
    a.vlans.iter().for_each(|vlan| text.push_str(&format!(" vlan {vlan}")));
    if a.silent {
        text.push_str(" silent");
    }
    if a.routed {
        text.push_str(" routed");
    }
    if a.safety {
        text.push_str(" safety");
    }
    line(out, text);
    for fact in &a.facts {
        line(out, format!("   {} \"{}\" {} by {}", fact.attribute, fact.value, fact.confidence, fact.source));
    }
    if !a.roles.is_empty() {
        let roles: Vec<&str> = a.roles.iter().map(|role| role.as_str()).collect();
        line(out, format!("   {}", roles.join(", ")));
    }
    for reason in &a.role_reasons {
        line(out, format!("      {reason}"));
    }
    if let Some(level) = a.level.level {
        let sure = if a.level.is_high() { "sure" } else { "unsure" };
        line(out, format!("   level {level} {sure}"));
        for reason in &a.level.reasons {
            line(out, format!("      because it {reason}"));
        }
    }
}

fn conversation(c: &Conversation, out: &mut String) {
    let name = |host, id: Option<model::AssetId>| id.map_or(format!("{host}"), |id| format!("{id} {host}"));
    line(
        out,
        format!(
            "{} -> {}  {} {}  {} by {}  started by {}  packets {} + {}  flows {}",
            name(c.initiator, c.initiator_asset),
            name(c.responder, c.responder_asset),
            c.transport,
            c.port,
            c.protocol,
            c.certainty,
            c.evidence,
            c.packets_sent,
            c.packets - c.packets_sent,
            c.flows,
        ),
    );
    for o in &c.operations {
        let by = if o.by_initiator { "" } else { " by the responder" };
        let objects =
            if o.objects.is_empty() { String::new() } else { format!("  {}", o.objects.join(", ")) };
        let more = if o.more_objects { " ..." } else { "" };
        line(
            out,
            format!(
                "   {} \"{}\" {}{by}  {} asked, {} done, {} refused{objects}{more}",
                o.operation, o.name, o.code, o.requests, o.answers, o.failures
            ),
        );
    }
    if !c.units.is_empty() {
        line(out, format!("   units {:?}", c.units));
    }
    for credential in &c.credentials {
        line(out, format!("   {} {} {}", credential.kind, credential.protection, credential.weakness));
    }
    for (version, _) in &c.versions {
        line(out, format!("   {} {version}", c.protection));
    }
    for (application, _, _) in &c.applications {
        line(out, format!("   application {application}"));
    }
    if let Some(reason) = c.malformed_reason {
        line(out, format!("   {} malformed, first: {reason}", c.malformed));
    }
}

fn line(out: &mut String, text: String) {
    out.push_str(&text);
    out.push('\n');
}
