//! Everything that reasons for roles and levels say, in both languages: one list. Each completes "it ...".

use model::Noun;

/// What is counted, as it stands behind "of", "from", "to": in German in the dative.
pub const STATION: Noun = Noun("station", "stations", "Station", "Stationen");
/// See [`STATION`].
pub const HOST: Noun = Noun("host", "hosts", "Host", "Hosts");
/// See [`STATION`].
pub const DEVICE: Noun = Noun("device", "devices", "Gerät", "Geräten");
/// See [`STATION`].
pub const FIELD_DEVICE: Noun = Noun("field device", "field devices", "Feldgerät", "Feldgeräten");
/// See [`STATION`].
pub const CONTROLLER: Noun = Noun("controller", "controllers", "Steuerung", "Steuerungen");
/// See [`STATION`].
pub const CLIENT: Noun = Noun("client", "clients", "Client", "Clients");
/// See [`STATION`].
pub const ADDRESS: Noun = Noun("address", "addresses", "Adresse", "Adressen");
/// See [`STATION`].
pub const PUBLIC_ADDRESS: Noun =
    Noun("public address", "public addresses", "öffentlichen Adresse", "öffentlichen Adressen");

model::sentences! {
    ROLE_REASON: "{role}: {reason}", "{role}: {reason}";

    // What it is and says.
    PUBLIC_ROUTED: "has a public address and is reached over a router",
        "hat eine öffentliche Adresse und wird über einen Router erreicht";
    PUBLIC: "has a public address", "hat eine öffentliche Adresse";
    IN_NO_NETWORK: "stands in no network of the plant", "steht in keinem Netz der Anlage";
    STATES_ROLE: "says that its role is {role}", "gibt als Rolle an: {role}";
    PRESENTS_ROLE: "presents itself as {role}", "gibt sich als {role} aus";
    MAY_BE_ROLE: "may have the role {role}", "hat vielleicht die Rolle {role}";
    SAYS_SO: "says so itself", "sagt es selbst";
    PRESENTS_SO: "presents itself so", "gibt sich so aus";
    MAY_BE: "may be one", "ist vielleicht so etwas";
    IS_PRODUCT: "is a product \"{text}\"", "ist ein Produkt „{text}“";
    IS_CALLED: "is called {name}", "heißt {name}";
    IS_FOR_SAFETY: "is a product for safety", "ist ein Produkt für Sicherheit";
    MADE_BY: "was made by {maker}", "wurde hergestellt von {maker}";

    // What it serves.
    ANSWERS_CONTROL: "answers control operations from {stations}", "beantwortet Steuerungsbefehle von {stations}";
    SERVES_CONTROL: "serves control traffic", "bedient Steuerungsverkehr";
    IDENTIFIES_TO_CONTROL: "says who it is when asked in the language of controllers",
        "sagt, wer es ist, wenn es in der Sprache von Steuerungen gefragt wird";
    IDENTIFIES: "says who it is when asked", "sagt auf Nachfrage, wer es ist";
    GIVES_VALUES: "gives process values to {stations}", "gibt Prozesswerte an {stations}";
    PASSES_VALUES: "passes process values on", "reicht Prozesswerte weiter";
    SENDS_TO_GROUP: "sends cyclic process data to a group", "sendet zyklische Prozessdaten an eine Gruppe";
    PUBLISHES: "publishes process data to a group", "veröffentlicht Prozessdaten an eine Gruppe";
    EXCHANGES_PROCESS: "exchanges cyclic process data with {partners}", "tauscht zyklische Prozessdaten mit {partners} aus";
    EXCHANGES: "exchanges cyclic data with {partners}", "tauscht zyklische Daten mit {partners} aus";
    EXCHANGES_WITH_ONE: "exchanges cyclic data with one device", "tauscht zyklische Daten mit einem Gerät aus";
    SERVES_OFFICE: "serves files, directories or log-in to {hosts}",
        "stellt Dateien, Verzeichnisse oder Anmeldung bereit, genutzt von {hosts}";
    SERVES_NETWORK: "serves names or time to {hosts}", "stellt Namen oder Uhrzeit bereit, genutzt von {hosts}";
    SERVES_WEB: "serves web pages to {hosts}", "stellt Webseiten bereit, genutzt von {hosts}";
    SERVES_MANAGEMENT: "serves management to {hosts}", "lässt sich verwalten von {hosts}";
    SERVES_VALUES: "serves process values to {hosts}", "stellt Prozesswerte bereit, genutzt von {hosts}";
    SERVES_DATABASE: "serves a database to {hosts}", "stellt eine Datenbank bereit, genutzt von {hosts}";
    SERVES_DIRECTORY: "serves names, time or log-in to {hosts}",
        "stellt Namen, Uhrzeit oder Anmeldung bereit, genutzt von {hosts}";
    SERVES_FILES: "serves files or pages to {hosts}", "stellt Dateien oder Seiten bereit, genutzt von {hosts}";
    SERVES_FILES_TO_ONE: "serves files or pages to one host", "stellt einem Host Dateien oder Seiten bereit";
    STANDS_BEFORE: "stands before {devices}", "steht vor {devices}";
    READS_FOR_OTHERS: "reads {devices} for others", "liest für andere von {devices}";

    // What it asks.
    PROGRAMS_OR_CONFIGURES: "programs or configures {devices}", "programmiert oder konfiguriert {devices}";
    PROGRAMS: "programs, starts or stops {devices}", "programmiert, startet oder stoppt {devices}";
    CONFIGURES: "configures {devices}", "konfiguriert {devices}";
    GATHERS: "only reads {devices} of another network, seldom but steadily",
        "liest selten, aber stetig und nur {devices} eines anderen Netzes";
    ASKS_AT_TIMES: "asks {devices} now and then", "fragt gelegentlich bei {devices} nach";
    LOOKS_FOR_DEVICES: "looks for devices from another network", "sucht Geräte aus einem anderen Netz";
    COLLECTS: "only reads {devices}, more seldom than another station",
        "liest nur {devices}, seltener als eine andere Station";
    READS_FROM_AFAR: "reads {devices} in cycles from another network", "liest zyklisch aus einem anderen Netz {devices}";
    READS_IN_CYCLES: "reads {devices} in cycles", "liest zyklisch {devices}";
    ONLY_READS: "only reads {devices}", "liest nur {devices}";
    WRITES: "writes to controllers", "schreibt auf Steuerungen";
    WRITES_TO: "writes to {devices}", "schreibt auf {devices}";
    WRITES_AT_TIMES: "writes to {devices} now and then", "schreibt gelegentlich auf {devices}";
    ASKS_WHO: "asks {devices} who they are", "fragt bei {devices} nach, wer sie sind";
    USES_WEB: "uses the web of {hosts}", "nutzt Webseiten von {hosts}";
    USES_OFFICE: "uses files, directories or log-in of {hosts}", "nutzt Dateien, Verzeichnisse oder Anmeldung von {hosts}";
    USES_MANAGEMENT: "uses management of {hosts}", "nutzt die Verwaltung von {hosts}";
    CALLS_PUBLIC: "opens conversations to {addresses}", "öffnet Verbindungen zu {addresses}";
    JUMPS: "is entered by screen and opens others' screens",
        "wird über seinen Bildschirm betreten und öffnet fremde Bildschirme";
    SHOWS_SCREEN: "shows its screen to {hosts}", "lässt seinen Bildschirm sehen von {hosts}";
    OPENS_SCREENS: "opens the screen of {hosts}", "öffnet den Bildschirm von {hosts}";
    USES_ALL_SERVES_NOTHING: "uses web, files and names, and serves nothing",
        "nutzt Web, Dateien und Namen und stellt nichts bereit";
    USES_THE_WEB: "uses the web", "nutzt das Web";
    TRIED_SILENT: "tried {hosts} that never answered", "versuchte es bei {hosts}, die nie antworteten";
    SOUGHT_DEVICES: "looked for devices at {hosts} that are none", "suchte Geräte bei {hosts}, die keine sind";

    // Infrastructure.
    SPEAKS_AS_ROUTER: "speaks to routers as a router", "spricht mit Routern wie ein Router";
    IN_SPANNING_TREE: "takes part in the spanning tree", "nimmt am Spanning Tree teil";
    VIRTUAL_ROUTER: "has the shared hardware address of redundant routers",
        "hat die gemeinsame Hardware-Adresse redundanter Router";
    CARRIES_OTHERS: "carries frames of {addresses} that are not its own", "trägt Pakete von {addresses}, die ihm nicht gehören";
    CARRIES_ANOTHER: "carries frames of {addresses} that are not its own", "trägt Pakete von {addresses}, die ihm nicht gehört";
    HANDED_OTHERS: "is handed frames for hosts of other networks", "bekommt Pakete für Hosts anderer Netze";
    CARRIES_LEVEL: "carries frames of hosts of this level", "trägt Pakete von Hosts dieser Ebene";
    ROUTES_OUT: "routes between {low} and the Internet", "vermittelt zum Internet ({low})";
    ROUTES_WITHIN: "routes between networks of {low}", "vermittelt zwischen Netzen ({low})";
    ROUTES_WIDE: "routes between {low} to {high} and the Internet", "vermittelt zum Internet ({low} bis {high})";
    ROUTES: "routes between {low} and {high}", "vermittelt zwischen {low} und {high}";

    // With whom it stands.
    ENDS_BOTH: "ends conversations of the plant and of the business",
        "beendet Verbindungen der Anlage und der Verwaltung";
    RELAYS: "stands apart from plant and business, and serves both",
        "steht abseits von Anlage und Verwaltung und dient beiden";
    ENTERS_DMZ: "opens the screen of a host in the DMZ", "öffnet den Bildschirm eines Hosts in der DMZ";
    ENTERED_FROM_DMZ: "shows its screen to a host in the DMZ", "zeigt seinen Bildschirm einem Host in der DMZ";
    FEEDS_DMZ: "hands data to a host in the DMZ", "gibt Daten an einen Host in der DMZ";
    ENTERS_PLANT: "opens the screen of a plant host from another network",
        "öffnet aus einem anderen Netz den Bildschirm eines Hosts der Anlage";
    ENTERS_NETWORK: "opens a screen in another network", "öffnet einen Bildschirm in einem anderen Netz";
    SERVES_PLANT_AWAY: "serves only hosts of the plant, from another network",
        "bedient aus einem anderen Netz nur Hosts der Anlage";
    SERVES_PLANT: "serves only hosts of the plant", "bedient nur Hosts der Anlage";
    AMONG_MADE_FOR_PLANTS: "stands among controllers, made for plants", "steht bei Steuerungen, für Anlagen gebaut";
    AMONG_AS_SERVER: "stands among controllers as a server", "steht als Server bei Steuerungen";
    AMONG_AS_VIRTUAL: "stands among controllers as a virtual machine", "steht als virtuelle Maschine bei Steuerungen";
    AMONG_NO_OFFICE: "stands among controllers and does no office work", "steht bei Steuerungen und tut keine Büroarbeit";
    AMONG_STATIONS: "stands among controllers and their stations", "steht bei Steuerungen und ihren Stationen";
    AMONG_DMZ: "stands among hosts of the DMZ", "steht bei Hosts der DMZ";
    AMONG_BUSINESS: "stands among hosts of the business", "steht bei Hosts der Verwaltung";
    AMONG_OPERATIONS: "stands among hosts of operations", "steht bei Hosts der Betriebsführung";
}
