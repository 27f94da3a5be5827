//! Everything that findings say, in both languages: one list. What a gap holds is said where the sentence is used.
//!
//! A gap is filled with a name, a number or a list that is the same word in every case, so German sentences keep their
//! gaps where the nominative stands: in brackets, behind a colon, or as the subject.

model::sentences! {
    // Parts of many sentences.
    TRAFFIC: "{conversations} over {protocols} with {frames} frames, {span}",
        "{conversations} über {protocols}, Pakete: {frames}, {span}";
    NO_ANSWER: "No answer was seen.", "Eine Antwort war nicht zu sehen.";
    DEED: "\"{name}\" {times}", "„{name}“ {times}";
    DOUBT: "Not certain: {levels}. Confirm it first.", "Nicht sicher: {levels}. Zuerst bestätigen.";
    DOUBTFUL_LEVEL: "{level} of {asset} (confidence {confidence})", "{level} bei {asset} (Sicherheit {confidence})";
    MORE_FINDINGS: "{count} more: {title}", "{count} weitere: {title}";
    MORE_FINDINGS_DETAIL: "Only the worst {count} findings of this kind are listed. Deal with those first, then look again.",
        "Aufgeführt sind nur die {count} schwersten Befunde dieser Art. Zuerst diese abarbeiten, dann erneut prüfen.";

    // Who commanded whom.
    COMMAND: "{actor} ({actor_level}) to {target} ({target_level}) over {protocols}: {deeds}, {span}.",
        "{actor} ({actor_level}) an {target} ({target_level}) über {protocols}: {deeds}, {span}.";
    TOUCHED: "Touched: {objects}.", "Betroffen: {objects}.";
    TARGET_IS_SAFETY: "The target belongs to a safety system.", "Das Ziel gehört zu einem Sicherheitssystem.";
    REFUSED_EACH: "The device refused each time.", "Das Gerät hat jedes Mal abgelehnt.";
    REFUSED_SOME: "The device refused {refused} of {asked}.", "Vom Gerät abgelehnt: {refused} von {asked}.";
    NO_CONFIRMATION: "No confirmation was seen.", "Eine Bestätigung war nicht zu sehen.";

    // Credentials.
    USERS_SEEN: "User names seen: {users}.", "Gesehene Benutzernamen: {users}.";
    PASSWORD: "password", "Passwort";
    COMMUNITY: "community string", "Community-String";
    BEARER: "bearer token", "Zugriffstoken";
    CHALLENGE: "challenge response", "Challenge-Response-Antwort";
    CERTIFICATE: "certificate", "Zertifikat";
    SESSION: "session", "Sitzung";
    BASIC: "basic authentication", "Basic-Authentifizierung";

    ADDRESS_CONFLICT: "{count} devices claim {ip}", "{count} Geräte beanspruchen {ip}";
    ADDRESS_CONFLICT_DETAIL: "{ip} was claimed by {macs}.", "Die Adresse {ip} wurde beansprucht von {macs}.";
    ASSETS_CONCERNED: "Assets concerned: {assets}.", "Betroffene Geräte: {assets}.";

    ANONYMOUS_WRITE: "{actor} changed {target} without a name", "{actor} hat {target} ohne Anmeldung verändert";
    ANONYMOUS_WRITE_DETAIL: "The session was opened without a name.", "Die Sitzung wurde ohne Namen geöffnet.";

    CLEAR_SENT: "{subject} sends {a_kind} in clear text over {protocol} to {devices}",
        "{subject} sendet Zugangsdaten ({a_kind}) im Klartext über {protocol} an {devices}";
    CLEAR_TAKEN: "{subject} takes {a_kind} in clear text over {protocol}",
        "{subject} nimmt Zugangsdaten ({a_kind}) im Klartext über {protocol} an";
    CLEAR_DETAIL: "{givers} presented {a_kind} to {takers} in clear text: {traffic}.",
        "Zugangsdaten ({a_kind}) im Klartext von {givers} an {takers}: {traffic}.";
    CLEAR_COMMUNITY: "Who knows it can read what the station reads, and change what it may change.",
        "Wer ihn kennt, kann lesen, was die Station liest, und ändern, was sie ändern darf.";
    CLEAR_NOT_KEPT: "The secret itself is not kept.", "Das Geheimnis selbst wird nicht aufbewahrt.";
    A_KIND: "a {kind}", "{kind}";
    AN_KIND: "an {kind}", "{kind}";

    DEFAULT_SENT: "{subject} enters {devices} {with} over {protocol}",
        "{subject} meldet sich an {devices} über {protocol} an: {with}";
    DEFAULT_TAKEN: "{subject} is entered {with} over {protocol}", "Zugang zu {subject} über {protocol}: {with}";
    DEFAULT_NOT_ACCEPTED: "{title}: not accepted", "{title} (nicht angenommen)";
    DEFAULT_DETAIL: "{givers} came to {takers} {with}: {traffic}.",
        "Anmeldung von {givers} an {takers} ({with}): {traffic}.";
    WITHOUT_NAME: "without a name", "ohne Namen";
    WITHOUT_PASSWORD: "without a password", "ohne Passwort";
    WITH_EMPTY: "with an empty {kind}", "{kind} leer";
    WITH_DEFAULT: "with a default {kind}", "{kind} ab Werk";
    DEFAULT_LISTED: "It stands on the lists of makers' defaults.",
        "Der Wert steht auf den Listen der Herstellervorgaben.";
    DEFAULT_REFUSED: "It was refused, or no answer was seen.",
        "Die Anmeldung wurde abgelehnt, oder eine Antwort war nicht zu sehen.";

    DMZ_BYPASS: "{called} ({to}) is called past the DMZ from {from} by {callers}",
        "{called} ({to}) wird an der DMZ vorbei angesprochen ({from}): {callers}";
    DMZ_BYPASS_DETAIL: "{callers} on {from} called {called} on {to} without a stop in the DMZ: {traffic}.",
        "Ohne Halt in der DMZ angesprochen: {called} ({to}), von {callers} ({from}): {traffic}.";

    DUAL_HOMED: "{name} stands on {low} and on {high}", "{name} steht in zwei Ebenen: {low} und {high}";
    DUAL_HOMED_DETAIL: "{name} has {legs}. The levels of zones are drawn from what was seen in them.",
        "{name} hat {legs}. Die Ebenen der Zonen sind aus dem abgeleitet, was in ihnen zu sehen war.";
    LEG: "{ip} in {zone} ({level})", "{ip} in {zone} ({level})";

    EXCEPTION_BURST: "{target} refused {actor} {refused} of {asked} times",
        "{target} hat Anfragen von {actor} abgelehnt: {refused} von {asked}";
    EXCEPTION_BURST_DETAIL: "Refused: {names}.", "Abgelehnt: {names}.";

    FIRMWARE_LOADED: "{actor} loaded firmware into {target}", "{actor} hat Firmware in {target} geladen";
    FIRMWARE_TRIED: "{actor} tried to load firmware into {target}",
        "{actor} hat versucht, Firmware in {target} zu laden";
    FORCED: "{actor} set or took back forced values in {target}",
        "{actor} hat in {target} Werte erzwungen oder freigegeben";
    FORCE_TRIED: "{actor} tried to force values in {target}", "{actor} hat versucht, in {target} Werte zu erzwingen";

    MALFORMED: "{protocol}: {broken}", "{protocol}: {broken}";
    MALFORMED_DETAIL: "{broken} in {conversations}, {span}.", "{broken}; {conversations}, {span}.";
    MALFORMED_WORST: "Most of them between {from} and {to}: {count}.", "Die meisten zwischen {from} und {to}: {count}.";
    MALFORMED_REASON: "First reason: {reason}.", "Erster Grund: {reason}.";

    INTERNET_ANSWERS: "{called} answers the Internet", "{called} antwortet dem Internet";
    INTERNET_CALLED: "{called} is called from the Internet", "{called} wird aus dem Internet angesprochen";
    INTERNET_CONTACT_DETAIL: "{callers} called {called} ({level}) from the Internet: {traffic}.",
        "Aus dem Internet angesprochen wurde {called} ({level}) von {callers}: {traffic}.";
    IT_ANSWERED: "It answered.", "Es kam eine Antwort.";

    EGRESS: "{asset} calls the Internet", "{asset} ruft ins Internet";
    EGRESS_ON: "{asset} on {level} calls the Internet", "{asset} ({level}) ruft ins Internet";
    EGRESS_DETAIL: "{asset} called {outer} on the Internet: {traffic}.",
        "{asset} sprach im Internet an: {outer}; {traffic}.";
    RECOGNISED: "Recognised: {applications}.", "Erkannt: {applications}.";

    IT_IN_CELL: "Office protocols in cells: {count} with {protocols}", "Büroprotokolle in Zellen: {count} mit {protocols}";
    IT_IN_CELL_DETAIL: "{assets} on level 2 or below: {traffic}. Asked: {asked}.",
        "Auf Ebene 2 oder darunter: {assets}; {traffic}. Gefragt: {asked}.";

    FROM_IT_CHANGED: "{device} is changed from IT by {hosts}", "{device} wird aus der IT verändert: {hosts}";
    FROM_IT_REACHED: "{device} is reached from IT by {hosts}", "{device} wird aus der IT erreicht: {hosts}";
    FROM_IT_CALLED: "{device} is called without an answer from IT by {hosts}",
        "{device} wird aus der IT ohne Antwort angesprochen: {hosts}";
    FROM_IT_DETAIL: "{hosts} called {device} on {level}: {traffic}.",
        "Angesprochen: {device} ({level}), von {hosts}: {traffic}.";
    ASKED_FOR: "Asked for: {deeds}.", "Verlangt: {deeds}.";
    CHANGES_CAME: "Changes came from {changers}.", "Änderungen kamen von {changers}.";
    ASKING_SIDE: "The asking side stands on {levels}.", "Die fragende Seite: {levels}.";

    LEVEL_SKIP: "Direct from {upper} to {lower}: {pairs} of assets", "Direkt von {upper} zu {lower}: {pairs} von Geräten";
    LEVEL_SKIP_DETAIL: "{callers} on {upper} called {called} on {lower}: {traffic}. Nothing on a level between them takes part.",
        "Angesprochen: {called} ({lower}), von {callers} ({upper}): {traffic}. Auf den Ebenen dazwischen ist nichts beteiligt.";

    PROGRAM_LOADED: "{actor} loaded a program into {target}", "{actor} hat ein Programm in {target} geladen";
    PROGRAM_LOAD_TRIED: "{actor} tried to load a program into {target}",
        "{actor} hat versucht, ein Programm in {target} zu laden";
    PROGRAM_READ: "{actor} copied the program out of {target}", "{actor} hat das Programm aus {target} ausgelesen";
    PROGRAM_READ_TRIED: "{actor} tried to copy the program out of {target}",
        "{actor} hat versucht, das Programm aus {target} auszulesen";

    INSECURE: "{count} managed over {protocol} without protection", "{count} ohne Schutz über {protocol} verwaltet";
    INSECURE_DETAIL: "{users} used {protocol} without protection on {devices}: {traffic}.",
        "{protocol} ohne Schutz von {users} an {devices}: {traffic}.";

    OBSOLETE: "{version} is still spoken by {count}", "{version} wird noch gesprochen: {count}";
    OBSOLETE_DETAIL: "{servers} agreed on {version} with {clients}: {traffic}.",
        "Auf {version} geeinigt: {servers} mit {clients}; {traffic}.";

    REMOTE_TOOL: "{tool} on {station}", "{tool} auf {station}";
    REMOTE_TOOL_OUTSIDE: "{tool} on {station} over the Internet", "{tool} auf {station} über das Internet";
    REMOTE_TOOL_DETAIL: "{tool} between {station} ({level}) and {others} ({levels}): {traffic}.",
        "{tool} zwischen {station} ({level}) und {others} ({levels}): {traffic}.";

    RUN_STATE: "{actor} {verbs} {target}", "{actor} hat {target} {verbs}";
    RUN_STATE_TRIED: "{actor} tried to change the run state of {target}",
        "{actor} hat versucht, den Betriebszustand zu ändern: {target}";
    STOPPED: "stopped", "gestoppt";
    RESET: "reset", "zurückgesetzt";
    STARTED: "started", "gestartet";

    SCAN: "{host} searched {what}", "{host} durchsuchte {what}";
    SCAN_DETAIL: "{host} ({level}) {signs}: {traffic}.", "{host} ({level}) {signs}: {traffic}.";
    SCAN_AMONG: "Among them: {devices}.", "Darunter: {devices}.";
    SCAN_DEVICES: "the network: {silent} devices", "das Netz: {silent} Geräte";
    SCAN_SERVICES: "a device: {services} services", "ein Gerät: {services} Dienste";
    SCAN_STRANGERS: "the network for controllers", "das Netz nach Steuerungen";
    SCAN_ADDRESSES: "the network for addresses", "das Netz nach Adressen";
    SCAN_UNITS: "for units behind an address", "eine Adresse nach Einheiten dahinter";
    SCAN_DEVICES_DETAIL: "called {silent} devices in vain, {heard} others answered",
        "sprach {silent} Geräte vergeblich an, {heard} andere antworteten";
    SCAN_SERVICES_DETAIL: "tried {services} services of one device in vain",
        "versuchte vergeblich {services} Dienste eines Geräts";
    SCAN_STRANGERS_DETAIL: "looked for controllers at {hosts} hosts that are none",
        "suchte Steuerungen an {hosts} Hosts, die keine sind";
    SCAN_ADDRESSES_DETAIL: "asked everybody for many addresses where nobody is",
        "fragte alle nach vielen Adressen, hinter denen niemand ist";
    SCAN_UNITS_DETAIL: "asked for many units behind one address of which most stayed silent",
        "fragte hinter einer Adresse nach vielen Einheiten, von denen die meisten schwiegen";

    UNEXPECTED: "{name} changed {devices} unexpectedly", "{name} hat unerwartet verändert: {devices}";
    UNEXPECTED_DETAIL: "{name} ({level}) changed {devices} over {protocols}: {deeds}, {span}. Unusual because {reasons}.",
        "{name} ({level}) hat über {protocols} verändert: {devices}; {deeds}, {span}. Ungewöhnlich, denn {reasons}.";
    WHY_ABOVE: "it stands on {level}", "die Station steht zu hoch ({level})";
    WHY_OTHER_WORK: "it works as {roles}, not as a station that commands",
        "sie arbeitet als {roles}, nicht als Station, die Befehle gibt";
    WHY_NEWCOMER: "{usual} does nearly all work there, and nothing shows what else this station is for",
        "fast alle Arbeit dort macht {usual}, und nichts zeigt, wozu diese Station sonst da ist";
    WHY_NOT_USUAL: "the usual station is {usual}", "die übliche Station ist {usual}";

    // The plan.
    PLAN_DETAIL: "{callers} called {called}: {traffic}.", "Angesprochen: {called}, von {callers}: {traffic}.";
    PLAN_DEEDS: "Not in the plan: {deeds}.", "Nicht im Plan: {deeds}.";
    PLAN_WINDOW: "The window of the permit was closed.", "Das Zeitfenster der Erlaubnis war geschlossen.";
    PLAN_SEEN: "what was seen", "das Gesehene";
    PLAN_OUTSIDE: "outside", "außen";
    PLAN_UNASSIGNED: "no zone", "keine Zone";
    UNKNOWN_CONDUIT: "No conduit from {from} to {to}: {count}", "Kein Übergang von {from} nach {to}: {count}";
    OPERATION_NOT_ALLOWED: "Not permitted in conduit {conduit} from {from} to {to}: {count}",
        "Nicht erlaubt im Übergang {conduit} von {from} nach {to}: {count}";
    WRONG_DIRECTION: "{from} starts in conduit {conduit} to {to}: {count}",
        "{from} beginnt im Übergang {conduit} nach {to}: {count}";
    ENCRYPTION_REQUIRED: "Conduit {conduit} from {from} to {to} asks for more protection: {count}",
        "Übergang {conduit} von {from} nach {to} verlangt mehr Schutz: {count}";
    EXPIRED_EXCEPTION: "Conduit {conduit} from {from} to {to} is used after its end: {count}",
        "Übergang {conduit} von {from} nach {to} wird nach seinem Ende genutzt: {count}";
    EXPIRED_PERMIT: "Ended and still in the plan: {count} of conduit {conduit}",
        "Abgelaufen und noch im Plan: {count} im Übergang {conduit}";
    EXPIRED_PERMIT_DETAIL: "The first permit of {conduit} ended {span}.", "Die erste Erlaubnis von {conduit} endete {span}.";
    CLEARTEXT_OVER_CONDUIT: "Clear text in conduit {conduit} from {from} to {to}",
        "Klartext im Übergang {conduit} von {from} nach {to}";
    NEVER_OBSERVED: "Nothing was seen in conduit {conduit}", "Im Übergang {conduit} war nichts zu sehen";
    NEVER_OBSERVED_DETAIL: "No conversation from {from} to {to} was seen {span}. Whether it is needed cannot be told from that.",
        "Keine Verbindung von {from} nach {to} war zu sehen {span}. Ob er gebraucht wird, ist daraus nicht zu erkennen.";
    IN_NO_ZONE: "In no zone of the plan: {count}", "In keiner Zone des Plans: {count}";
    IN_NO_ZONE_DETAIL: "In no zone: {hosts}. Seen: {traffic}.", "In keiner Zone: {hosts}. Gesehen: {traffic}.";
    CONTRADICTION: "Zone {zone}: {count} on another level by what they do", "Zone {zone}: {count}, nach dem Verhalten auf anderer Ebene";
    CONTRADICTION_DETAIL: "The zone is of {levels}; these behave like {inferred}: {assets}.",
        "Die Zone: {levels}; nach dem Verhalten {inferred}: {assets}.";

    NOT_ENFORCED: "The firewall lets through from {from} to {to} what the plan does not: {services}",
        "Die Firewall lässt von {from} nach {to} durch, was der Plan nicht vorsieht: {services}";
    NOT_ENFORCED_DETAIL: "Let through and in no conduit: {services}, for instance {samples}. Conversations seen there: {count}.",
        "Durchgelassen und in keinem Übergang: {services}, zum Beispiel {samples}. Dort gesehene Verbindungen: {count}.";
    BLOCKED: "The firewall denies from {from} to {to} what the plan wants: {services}",
        "Die Firewall verweigert von {from} nach {to}, was der Plan will: {services}";
    BLOCKED_DETAIL: "Permitted by the plan and denied: {services}. Conversations seen there: {count}.",
        "Im Plan erlaubt und verweigert: {services}. Dort gesehene Verbindungen: {count}.";
    DENIED: "Seen from {from} to {to}, though the firewall denies it: {services}",
        "Von {from} nach {to} zu sehen, obwohl die Firewall es verweigert: {services}";
    DENIED_DETAIL: "Denied and seen all the same: {services}, in {count} conversations. There is a way beside the firewall, or another configuration runs in it.",
        "Verweigert und dennoch zu sehen: {services}; Verbindungen: {count}. Es gibt einen Weg neben der Firewall, oder in ihr läuft eine andere Konfiguration.";
    CROSS_CELL: "{called} is called from another cell by {callers}", "{called} wird aus einer anderen Zelle angesprochen: {callers}";
    SIS_REACHABLE: "{called} of the safety system is reached by {callers}",
        "{called} im Sicherheitssystem wird erreicht: {callers}";
    L2_BRIDGE: "{called} is called below the firewall by {callers}", "{called} wird unterhalb der Firewall angesprochen: {callers}";

    // A change on paper.
    CUT_CONTROLS: "{who} controls {whom} over {protocol} ({often}, last {last}). Without it {whom} gets no commands any more: expect the machine to stop or to run on uncontrolled.",
        "{who} steuert {whom} über {protocol} ({often}, zuletzt {last}). Ohne diese Verbindung kommen keine Befehle mehr an: {whom} wird stehen bleiben oder ungesteuert weiterlaufen.";
    CUT_READS: "{who} and {whom} exchange process values over {protocol} ({often}, last {last}). Without it {who} sees nothing of {whom} any more: expect screens without values, alarms, and perhaps a stop.",
        "{who} und {whom} tauschen Prozesswerte über {protocol} aus ({often}, zuletzt {last}). Ohne diese Verbindung sieht {who} nichts mehr von {whom}: Bilder ohne Werte, Alarme, womöglich ein Stillstand.";
    CUT_COMMANDS: "{who} changes {whom} over {protocol} ({often}, last {last}). It could not any more; it is not part of a cycle, so it shows when somebody needs it.",
        "{who} verändert {whom} über {protocol} ({often}, zuletzt {last}). Das ginge nicht mehr; es gehört zu keinem Zyklus, fällt also erst auf, wenn es jemand braucht.";
    CUT_OTHER: "{who} could not reach {whom} over {protocol} any more ({often}, last {last}).",
        "{who} könnte {whom} über {protocol} nicht mehr erreichen ({often}, zuletzt {last}).";
    CUT_EVERY: "about every {time}", "etwa alle {time}";
}
