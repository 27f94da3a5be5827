"""DHCP and DNS with dnsmasq: busybox and dhclient ask for addresses, dig for names. What is cut short and hostile of them is
composed in names.py."""
import pathlib
import time

from lab import DELL, HP, LENOVO, SIEMENS, Lab

FOLDER = pathlib.Path("/tmp/recordings-dhcp")
SERVER = "10.0.4.2"


def record():
    FOLDER.mkdir(exist_ok=True)
    (FOLDER / "leases").write_text("")
    with Lab("dhcp") as lab:
        server = lab.host("server", LENOVO % 0x02, SERVER)
        hmi = lab.host("hmi", DELL % 0x20, None)
        panel = lab.host("panel", SIEMENS % 0x40, None)
        server.start("dnsmasq", "--no-daemon", "--no-resolv", "--no-hosts", "--user=root", "--bind-interfaces", "--interface=eth0", "--except-interface=lo", f"--dhcp-leasefile={FOLDER}/leases",
                     "--dhcp-range=10.0.4.100,10.0.4.150,255.255.0.0,1h", "--dhcp-option=3,10.0.4.1", f"--dhcp-option=6,{SERVER}", "--domain=plant.example", "--pid-file=", "--port=53",
                     "--address=/historian.plant.example/10.0.3.50", "--address=/plc1.plant.example/10.0.3.11", "--ptr-record=11.3.0.10.in-addr.arpa,plc1.plant.example",
                     "--srv-host=_ldap._tcp.plant.example,dc1.plant.example,389", "--txt-record=plant.example,v=plant", "--mx-host=plant.example,mail.plant.example,10", "--local=/plant.example/")
        server.wait_port(53, "udp")
        with lab.capture("busybox", only="udp port 67 or udp port 68"):
            panel.run("busybox", "udhcpc", "-i", "eth0", "-n", "-q", "-R", "-t", "3", "-s", "/bin/true", "-x", "hostname:panel-4", "-V", "SIMATIC-HMI", check=False)
            time.sleep(0.3)
        with lab.capture("dhclient", only="udp port 67 or udp port 68"):
            conf = FOLDER / "dhclient.conf"
            conf.write_text('send host-name "HMI-LINE4";\nsend vendor-class-identifier "MSFT 5.0";\nrequest subnet-mask, routers, domain-name-servers, domain-name, netbios-name-servers;\n')
            hmi.run("timeout", "6", "dhclient", "-4", "-1", "-d", "-cf", conf, "-lf", FOLDER / "client.leases", "-pf", FOLDER / "client.pid", "-sf", "/bin/true", "eth0", check=False)
            lab.log.clear()
        es = lab.host("es", HP % 0x21, "10.0.4.21")
        lab.folder = lab.folder.parent / "dns"
        lab.folder.mkdir(exist_ok=True)

        def dig(*words):
            lab.log.append("dig " + " ".join(words) + "\n")
            es.run("dig", f"@{SERVER}", "+tries=1", "+time=2", "+noall", "+answer", "+comments", *words, check=False)
            lab.log[-1] = "".join(line + "\n" for line in lab.log[-1].splitlines() if line and not line.startswith(";; Got") and ("HEADER" in line or line[0] != ";"))

        with lab.capture("dig"):
            for words in (("plc1.plant.example", "A"), ("-x", "10.0.3.11"), ("_ldap._tcp.plant.example", "SRV"), ("plant.example", "MX"), ("plant.example", "TXT"), ("nothing.plant.example", "A"), ("version.bind", "TXT", "CH")):
                dig(*words)
        with lab.capture("over_tcp"):
            dig("+tcp", "historian.plant.example", "A")
            dig("+tcp", "+keepopen", "plc1.plant.example", "A", "historian.plant.example", "A")


if __name__ == "__main__":
    record()
