"""Multicast DNS: zeroconf announces a web page and looks for others. What is cut short and hostile of it is composed in names.py."""
import time

from lab import BECKHOFF, HP, Lab, say

CONTROLLER = "10.0.3.11"


def announce():
    from zeroconf import ServiceInfo, Zeroconf
    z = Zeroconf(interfaces=[CONTROLLER])
    z.register_service(ServiceInfo("_http._tcp.local.", "CX-4A1B2C._http._tcp.local.", addresses=[bytes(map(int, CONTROLLER.split(".")))], port=80,
                                   properties={"model": "CX5130", "fw": "4.24.11", "path": "/"}, server="CX-4A1B2C.local."))
    time.sleep(60)


def browse():
    from zeroconf import ServiceBrowser, Zeroconf

    class Listener:
        def add_service(self, z, kind, name):
            info = z.get_service_info(kind, name)
            say("found", name, info and info.parsed_addresses(), info and info.port, info and info.properties)

        def update_service(self, *_):
            pass

        def remove_service(self, z, kind, name):
            say("gone", name)

    z = Zeroconf(interfaces=["10.0.4.21"])
    ServiceBrowser(z, "_http._tcp.local.", Listener())
    time.sleep(3)
    z.close()


def record():
    with Lab("mdns") as lab:
        plc = lab.host("plc", BECKHOFF % 0x11, CONTROLLER)
        es = lab.host("es", HP % 0x21, "10.0.4.21")
        for host in (plc, es):
            host.run("ip", "route", "add", "default", "dev", "eth0")
        with lab.capture("zeroconf", only="udp port 5353"):
            plc.start(announce)
            time.sleep(1)
            es.run(browse)


if __name__ == "__main__":
    record()
