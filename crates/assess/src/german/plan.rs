//! Titles and help in German of the checks that hold a plant against its plan and its zones.

use super::German;

pub(crate) const ADDRESS_IN_NO_ZONE: German = German {
    title: "Geräte stehen in keiner Zone des Plans",
    help: "
## Was gefunden wird
Geräte mit Adressen in der Anlage, die keine Zone des Plans über Gerät, Netz oder VLAN beansprucht. Ein Befund
nennt alle. Dazu braucht es einen Plan.
## Warum es in der Anlage zählt
Niemand hat gesagt, wozu diese Geräte da sind und wer für sie einsteht; also schützt kein Übergang sie und keiner
die Anlage vor ihnen.
## Was zu tun ist
Herausfinden, was sie sind. Jedes in die Zone aufnehmen, in die es gehört, oder Neuem eine eigene Zone geben.
",
};

pub(crate) const CLEARTEXT_OVER_CONDUIT: German = German {
    title: "Anmeldungen und Befehle gehen im Klartext zwischen Zonen",
    help: "
## Was gefunden wird
Verbindungen, die ein Übergang des Plans erlaubt, in denen sich jemand anmeldet oder ein Gerät verändert wird, und
die jeder auf dem Weg lesen kann. Ein Befund je Übergang. Dazu braucht es einen Plan.
## Warum es in der Anlage zählt
In einer Zelle ist Klartext oft alles, was Maschinen können. Zwischen Zonen geht er über Switches, Kabel und an
Menschen vorbei, die die Zelle nicht kennt; wer dort ein Passwort liest, kann es nutzen.
## Was zu tun ist
Wo beide Seiten es können, auf die geschützte Form umstellen und sie im Plan verlangen (protection). Sonst durch
einen Tunnel zwischen den Zonen führen oder den Dienst in seiner Zone lassen.
",
};

pub(crate) const ENCRYPTION_REQUIRED: German = German {
    title: "Eine Verbindung ist schwächer geschützt, als der Plan verlangt",
    help: "
## Was gefunden wird
Verbindungen in einem Übergang, dessen Erlaubnis signierten oder verschlüsselten Verkehr verlangt und die mit
weniger gesehen wurden. Was nicht zu erkennen war, ist nicht gemeint. Ein Befund je Übergang. Dazu braucht es einen
Plan.
## Warum es in der Anlage zählt
Wer den Plan schrieb, verließ sich darauf, dass hier niemand mitliest oder verändert. Das stimmt nicht.
## Was zu tun ist
Den Dienst auf beiden Seiten auf seine geschützte Form umstellen oder durch einen Tunnel führen. Kann das Gerät es
nicht besser, das im Plan festhalten und den Weg anders überwachen.
",
};

pub(crate) const EXPIRED_EXCEPTION: German = German {
    title: "Eine Ausnahme ist abgelaufen",
    help: "
## Was gefunden wird
Verbindungen nach dem Tag, an dem ihre Erlaubnis im Plan endete, und Erlaubnisse, die abgelaufen sind und noch im
Plan stehen. Dazu braucht es einen Plan.
## Warum es in der Anlage zählt
Ausnahmen gibt es für eine Reparatur, eine Inbetriebnahme, einen Lieferanten. Was danach offen bleibt, ist eine
Tür, für die niemand einsteht.
## Was zu tun ist
Den Besitzer des Übergangs fragen. Wird die Ausnahme noch gebraucht, ein neues Ende mit Grund setzen; wenn nicht,
aus dem Plan nehmen und in der Firewall schließen.
",
};

pub(crate) const LEVEL_CONTRADICTION: German = German {
    title: "Geräte verhalten sich anders als ihre Zone",
    help: "
## Was gefunden wird
Geräte, deren Ebene mit hoher Sicherheit aus ihrem Verhalten abgeleitet wurde und keine der Ebenen ihrer Zone im
Plan ist. Der Plan bleibt, wie er ist: Ein Mensch entscheidet. Ein Befund je Zone. Dazu braucht es einen Plan.
## Warum es in der Anlage zählt
Entweder stellt der Plan das Gerät an die falsche Stelle, und es wird als etwas geschützt, was es nicht ist; oder
ein Gerät tut, was dort niemand erwartet, etwa eine Bedienstation zwischen den Büros.
## Was zu tun ist
Die Gründe für die Ebene jedes Geräts ansehen. Das Gerät umsetzen oder den Plan berichtigen; eine Zone darf mehrere
Ebenen haben.
",
};

pub(crate) const NEVER_OBSERVED_CONDUIT: German = German {
    title: "In einem Übergang war nichts zu sehen",
    help: "
## Was gefunden wird
Übergänge des Plans, in denen keine Verbindung zu sehen war. Ob sie unbenutzt sind, lässt sich daraus nicht sagen:
Was einmal im Jahr geschieht, steht nicht in der Aufzeichnung eines Tages, und eine Aufzeichnung an anderer Stelle
sieht es nicht. Dazu braucht es einen Plan.
## Warum es in der Anlage zählt
Jeder Weg, der offen ist und nicht gebraucht wird, ist einer mehr für den, der hineinwill. Ein Weg aber, der
geschlossen ist und einmal im Jahr gebraucht wird, hält an diesem Tag die Anlage an.
## Was zu tun ist
Den Besitzer fragen. Ist der Übergang für etwas Seltenes da, etwa die jährliche Sicherung oder den Notfall, das als
Grund festhalten. Ist er für nichts da, abschaffen.
",
};

pub(crate) const OPERATION_NOT_ALLOWED: German = German {
    title: "Eine Operation ist in ihrem Übergang nicht erlaubt",
    help: "
## Was gefunden wird
Operationen in einem Übergang des Plans, die keine seiner Erlaubnisse nennt, etwa ein Schreiben, wo nur gelesen
werden soll, oder die außerhalb des Zeitfensters kommen. Ein Befund je Übergang. Dazu braucht es einen Plan.
## Warum es in der Anlage zählt
Der Weg ist offen, weil jemand lesen muss. Wer darüber schreibt, stoppt oder lädt, verändert eine Maschine, von der
andere glauben, sie werde nur beobachtet.
## Was zu tun ist
Herausfinden, wer es tut und wozu. Muss es sein, die beiden Geräte und die Operation im Plan nennen; wenn nicht,
das Recht im Gerät nehmen oder die Firewall ins Protokoll sehen lassen.
",
};

pub(crate) const UNKNOWN_CONDUIT: German = German {
    title: "Zonen sprechen ohne Übergang im Plan",
    help: "
## Was gefunden wird
Verbindungen zwischen zwei Zonen des Plans, für die kein Übergang den Dienst und die beiden Geräte nennt. Ein
Befund je Paar von Zonen. Dazu braucht es einen Plan.
## Warum es in der Anlage zählt
Wer die Zonen geplant hat, hat diesen Weg nicht gemeint. Entweder wurde etwas vergessen und steht, sobald die
Firewall geschlossen wird, oder jemand nutzt einen Weg, den niemand überwacht.
## Was zu tun ist
Den Besitzer der angesprochenen Zone fragen. Wird die Verbindung gebraucht, mit Besitzer und Grund in den Plan
aufnehmen; wenn nicht, den Weg in der Firewall schließen.
",
};

pub(crate) const WRONG_DIRECTION: German = German {
    title: "Das falsche Ende eines Übergangs beginnt",
    help: "
## Was gefunden wird
Verbindungen eines Dienstes, den ein Übergang des Plans erlaubt, die aber das andere Ende begonnen hat. Ein Befund
je Übergang. Dazu braucht es einen Plan.
## Warum es in der Anlage zählt
Ein Übergang, der nur aus der Anlage heraus öffnet, schützt, weil niemand hineinrufen kann. Ein Ruf in die andere
Richtung ist genau das, was er verhindern soll.
## Was zu tun ist
Nachsehen, wer ruft und ob das Gerät antwortet. Diese Richtung in der Firewall schließen, oder den Übergang ändern,
wenn beide Enden beginnen müssen.
",
};

pub(crate) const POLICY_NOT_ENFORCED: German = German {
    title: "Eine Firewall lässt durch, was der Plan nicht vorsieht",
    help: "
## Was gefunden wird
Dienste zwischen zwei Zonen, die die Firewall dazwischen sicher durchlässt und die kein Übergang des Plans nennt.
Ein Befund je Paar von Zonen. Dazu braucht es einen Plan, dessen Übergänge ihre Firewall nennen.
## Warum es in der Anlage zählt
Der Plan sagt, dass hier niemand hindurchkommt, und man verlässt sich darauf. Wer einen Weg sucht, findet diesen.
## Was zu tun ist
Zuerst schließen, was niemand nutzt. Was genutzt und gebraucht wird, mit Besitzer und Grund in den Plan aufnehmen;
dann die Regel so eng machen wie die Erlaubnis.
",
};

pub(crate) const POLICY_BLOCKED: German = German {
    title: "Eine Firewall verweigert, was der Plan will",
    help: "
## Was gefunden wird
Dienste, die ein Übergang des Plans erlaubt, die nicht zu sehen waren und die die Firewall ganz verweigert. Ein
Befund je Paar von Zonen. Dazu braucht es einen Plan, dessen Übergänge ihre Firewall nennen.
## Warum es in der Anlage zählt
Seltenes zeigt sich an dem Tag, an dem es gebraucht wird: beim Zurückspielen der Sicherung, beim Lieferanten, der
nachts hineinmuss.
## Was zu tun ist
Den Besitzer des Übergangs fragen. Wird er gebraucht, die Regel ergänzen und ausprobieren; wenn nicht, aus dem Plan
nehmen.
",
};

pub(crate) const OBSERVED_BUT_DENIED: German = German {
    title: "Verkehr war zu sehen, den die Firewall verweigern würde",
    help: "
## Was gefunden wird
Verbindungen zwischen zwei Zonen, die die Firewall dazwischen nicht durchlassen würde. Entweder nehmen sie einen
anderen Weg, oder die gelesene Konfiguration ist nicht die, die läuft. Ein Befund je Paar von Zonen. Dazu braucht
es einen Plan, dessen Übergänge ihre Firewall nennen.
## Warum es in der Anlage zählt
Ein Weg neben der Firewall macht alle ihre Regeln wertlos: eine zweite Netzwerkkarte im Server, ein Kabel zwischen
zwei Switches, ein Modem im Schrank.
## Was zu tun ist
Der Verbindung von Switch zu Switch folgen, bis der Weg gefunden ist. Das Datum der Konfiguration mit dem der
Aufzeichnung vergleichen. Dann den Weg trennen oder durch die Firewall führen.
",
};

pub(crate) const CROSS_CELL: German = German {
    title: "Geräte einer Zelle sprechen mit denen einer anderen",
    help: "
## Was gefunden wird
Verbindungen zwischen Steuerungen oder Feldgeräten, die in verschiedenen Zonen stehen, soweit der Plan sie nicht
erlaubt. Ein Befund je angesprochenem Gerät. Stationen, die mehrere Zellen bedienen, sind nicht gemeint.
## Warum es in der Anlage zählt
Zellen sind getrennt, damit ein Fehler oder ein Eindringling in einer Maschine dort bleibt. Ein direkter Weg
zwischen zwei Maschinen trägt beides weiter.
## Was zu tun ist
Herausfinden, was die beiden austauschen: oft eine Verriegelung, die jemand über das Netz gelegt hat. Im Plan nur
für diese beiden Geräte und diesen Dienst nennen oder über die Leitwarte führen.
",
};

pub(crate) const SIS_REACHABLE: German = German {
    title: "Ein Sicherheitssystem ist aus einer anderen Zone erreichbar",
    help: "
## Was gefunden wird
Verbindungen aus einer anderen Zone zu einem Gerät eines Sicherheitssystems, soweit der Plan sie nicht erlaubt. Ein
Befund je Gerät.
## Warum es in der Anlage zählt
Das Sicherheitssystem ist, was bleibt, wenn alles andere versagt. Wer es über das Netz erreicht, kann es am
Eingreifen hindern, wie der Angriff auf eine saudische Anlage 2017 mit einer Sicherheitssteuerung.
## Was zu tun ist
Das Sicherheitssystem in eine eigene Zone stellen, in die nur seine eigene Engineering-Station führt, und diese
ausgeschaltet oder gesperrt lassen, solange niemand daran arbeitet. Den Schlüssel der Steuerung auf RUN lassen.
",
};

pub(crate) const L2_BRIDGE: German = German {
    title: "Zwei Zonen sind unterhalb der Firewall verbunden",
    help: "
## Was gefunden wird
Maschinenprotokolle direkt auf Ethernet zwischen Geräten, die in verschiedenen Zonen stehen. Solche Pakete gehen
durch keinen Router und keine Firewall; die beiden Zonen sind also ein Netz. Soweit der Plan es nicht erlaubt; ein
Befund je angesprochenem Gerät.
## Warum es in der Anlage zählt
Zwischen den beiden wirkt keine Regel irgendeiner Firewall: Wer in der einen Zone steht, steht in der anderen. Oft
ist es ein Kabel zwischen zwei Switches oder ein VLAN zu viel an einem Port.
## Was zu tun ist
Die Verbindung zwischen den Switches der beiden Zonen suchen: ein Kabel, ein Trunk mit beiden VLANs, ein
Zugangspunkt. Entfernen, oder die beiden im Plan zu einer Zone machen.
",
};
